"""Fast Fourier spectral Boltzmann operator (Gamba-Haack-Hauck-Hu 2017), 3-D VHS kernels B = b_gamma |u|^gamma, isotropic scattering.
   NumPy + pyFFTW reference (single thread).  Maxwell: gamma=0, hard sphere: gamma=1.
   Q+hat(xi) = sum_r w_r rho_r^(gamma+2) 4 pi b sinc(pi rho |l|/2L) FFT[ sum_s w_s f(v - rho s/2) f(v + rho s/2) ] ; sphere halved by symmetry;
   per (rho, s): ONE complex inverse FFT carries both real shifts; ONE real FFT per rho."""
import numpy as np, pyfftw
from numpy.polynomial.legendre import leggauss
class FSM:
    def __init__(s,N=32,S=5.0,gamma=0.0,b=1/(4*np.pi),Nr=None,sph='product',M=(3,6),pts=None,threads=1):
        s.N=N; s.S=S; s.R=2*S; s.L=(3+np.sqrt(2))/2*S; s.gamma=gamma; s.b=b; Nr=Nr or N
        x,w=leggauss(Nr); s.r=0.5*s.R*(x+1); s.w=0.5*s.R*w
        if pts is None: # half sphere: Gauss-Legendre in cos(theta) on (0,1) x uniform phi on (0,2pi)  (weights sum to 4 pi after doubling)
            m,n=M; c,wc=leggauss(2*m); k=c>0; c=c[k]; wc=wc[k]; ph=2*np.pi*(np.arange(n)+0.5)/n
            sn=np.sqrt(1-c*c); s.sig=np.array([(a*np.cos(p),a*np.sin(p),z) for a,z in zip(sn,c) for p in ph]); s.ws=np.array([q*2*np.pi/n*2 for q in wc for p in ph])
        else: s.sig=pts; s.ws=np.full(len(pts),4*np.pi/len(pts))
        l=np.fft.fftfreq(N,1/N); s.l=l; lr=np.arange(N//2+1); dv=2*s.L/N; s.v=-s.L+dv/2+dv*np.arange(N); s.dv=dv
        k2=np.sqrt(l[:,None,None]**2+l[None,:,None]**2+lr[None,None,:]**2); s.k2=k2
        sc=lambda a: np.sinc(a/np.pi)
        s.beta1=np.array([4*np.pi*b*w*r**(gamma+2)*sc(np.pi*r*k2/(2*s.L)) for r,w in zip(s.r,s.w)])
        s.beta2=sum(16*np.pi**2*b*w*r**(gamma+2)*sc(np.pi*r*k2/s.L) for r,w in zip(s.r,s.w))
        e=pyfftw.empty_aligned; s.a=e((N,N,N),'complex128'); s.ai=e((N,N,N),'complex128'); s.re=e((N,N,N),'float64'); s.rc=e((N,N,N//2+1),'complex128'); s.ro=e((N,N,N),'float64')
        P=pyfftw.FFTW; s.inv=P(s.a,s.ai,axes=(0,1,2),direction='FFTW_BACKWARD',flags=('FFTW_MEASURE',),threads=threads)
        s.rf=P(s.re,s.rc,axes=(0,1,2),flags=('FFTW_MEASURE',),threads=threads); s.rb=P(s.rc,s.ro,axes=(0,1,2),direction='FFTW_BACKWARD',flags=('FFTW_MEASURE','FFTW_DESTROY_INPUT'),threads=threads)
        s.nfft=(len(s.sig)*Nr,Nr+3)
    def Q(s,f):
        N=s.N; fh=np.fft.fftn(f)/N**3; s.re[:]=f; s.rf(); fr=s.rc/N**3; G=np.zeros_like(fr); acc=np.empty((N,N,N)); l=s.l; z=l.copy(); z[N//2]=0
        for ir,r in enumerate(s.r):
            acc[:]=0
            for sg,w in zip(s.sig,s.ws):
                p=[np.exp(-1j*np.pi/(2*s.L)*r*z*q) for q in sg]
                ph=p[0][:,None,None]*p[1][None,:,None]*p[2][None,None,:]
                # A = f(.-) real field, B = f(.+) real field ; A+iB <-> fh*(ph + 1j conj(ph))
                np.add(ph,1j*np.conj(ph),out=s.a); s.a*=fh; s.inv(normalise_idft=False)
                acc+=w*(s.ai.real*s.ai.imag)
            s.re[:]=acc; s.rf(); G+=s.beta1[ir]*s.rc
        s.rc[:]=G/N**3; s.rb(normalise_idft=False); g=s.ro.copy(); s.rc[:]=s.beta2*fr; s.rb(normalise_idft=False)
        return g-s.ro*f
def bkw(v,t):
    K=1-np.exp(-t/6); dK=np.exp(-t/6)/6; r2=v[:,None,None]**2+v[None,:,None]**2+v[None,None,:]**2
    c=1/(2*(2*np.pi*K)**1.5); f=c*np.exp(-r2/2/K)*((5*K-3)/K+(1-K)/K**2*r2)
    dq=((-3/(2*K)+r2/(2*K**2))*f+c*np.exp(-r2/2/K)*(3/K**2+(K-2)/K**3*r2))*dK
    return f,dq
