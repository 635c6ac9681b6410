"""The computed half of docs/equations.toml: each claimed misprint of the paper, as printed and as it should be.

Run: python docs/checks/misprints.py (NumPy and SciPy). Every line states what was compared; a failed check raises.
Units: m = k_B = 1, so number and mass density coincide as in the paper. Rates of Maxwell molecules: B = C / (4 pi),
C = 1, hence lambda = 1/2 and mu = theta / lambda = 2 theta.
"""

import numpy as np
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

I3 = np.eye(3)
FULL = np.array([[0.2, 0.4, -0.1], [-0.3, 0.1, 0.25], [0.15, -0.2, 0.05]])
RATE = 0.5  # lambda
rng = np.random.default_rng(7)


def check(ok, text):
    print(("ok      " if ok else "FAILED  ") + text)
    if not ok:
        raise SystemExit(1)


def gradient(a, t):
    return a @ np.linalg.inv(I3 + t * a)


def deviator(l):
    return 0.5 * (l + l.T) - np.trace(l) / 3 * I3


def moments(a, times, p0, kn, rho0=1.0):
    """rho, theta on `times`: the exact second moments of Maxwell molecules."""

    def rate(t, y):
        p, rho, l = y[:9].reshape(3, 3), y[9], gradient(a, t)
        dp = -np.trace(l) * p - l @ p - p @ l.T - RATE * rho / kn * (p - np.trace(p) / 3 * I3)
        return np.append(dp.ravel(), -np.trace(l) * rho)

    y = solve_ivp(rate, (0, times[-1]), np.append(p0.ravel(), rho0), "Radau", times, rtol=1e-11, atol=1e-13).y
    return y[9], (y[0] + y[4] + y[8]) / (3 * y[9])


def temperature(a, times, factor):
    """theta of dtheta/dt + (2/3) tr L theta = factor(rho) mu D:L, mu = theta / lambda."""

    def rate(t, y):
        l = gradient(a, t)
        rho = 1 / np.linalg.det(I3 + t * a)
        return -2 / 3 * np.trace(l) * y + factor(rho) * y / RATE * np.sum(deviator(l) * l)

    return solve_ivp(rate, (0, times[-1]), [1.0], "DOP853", times, rtol=1e-12, atol=1e-14).y[0]


def navier_stokes():
    times = np.linspace(0, 2, 201)
    knudsen = [0.0125, 0.00625, 0.003125, 0.0015625]
    errors = {"Euler (19)": [], "(20) as printed": [], "with 4/(3 rho)": []}
    for kn in knudsen:
        p0 = I3 - 2 * kn / RATE * deviator(FULL)
        exact = moments(FULL, times, p0, kn)[1]
        factors = [lambda r: 0.0, lambda r: kn, lambda r: 4 * kn / (3 * r)]
        for name, factor in zip(errors, factors):
            errors[name].append(np.max(np.abs(temperature(FULL, times, factor) - exact)))
    slopes = {}
    for name, error in errors.items():
        slopes[name] = np.polyfit(np.log(knudsen), np.log(error), 1)[0]
        print(f"        {name:16} " + " ".join(f"{e:.2e}" for e in error) + f"  slope {slopes[name]:.2f}")
    check(abs(slopes["Euler (19)"] - 1) < 0.1 and abs(slopes["(20) as printed"] - 1) < 0.1, "(19), (20) as printed: order 1")
    check(abs(slopes["with 4/(3 rho)"] - 2) < 0.1, "(20), (69), (72) with 4/(3 rho): order 2")
    l = rng.normal(size=(3, 3))
    bracket = 0.5 * (np.trace(l @ l) + np.sum(l * l) - 2 / 3 * np.trace(l) ** 2)
    check(np.isclose(np.sum(deviator(l) * l), bracket), "(20), (61): the bracket is D:L")


def collisions():
    v, vs, e = rng.normal(size=(3, 3))
    e /= np.linalg.norm(e)
    s = (v - vs) @ e
    energy = lambda a, b: a @ a + b @ b
    check(not np.isclose(energy(v + s * e, vs - s * e), energy(v, vs)), "after (4): plus and minus do not keep the energy")
    check(np.isclose(energy(v - s * e, vs + s * e), energy(v, vs)), "after (4): minus and plus do")


def groups():
    q = lambda: np.linalg.qr(rng.normal(size=(3, 3)))[0]
    q1, q2, c1, c2, x = q(), q(), *rng.normal(size=(3, 3))
    check(np.allclose(q1 @ (q2 @ x + c2) + c1, q1 @ q2 @ x + c1 + q1 @ c2), "group product: c1 + Q1 c2")
    # Permutation invariance: slot i of the permuted arguments holds atom perm[i], and feels that atom's force.
    species = np.array([1.0, -2.0, 0.5, 3.0])

    def force(position, charge, i):
        d = position[i] - np.delete(position, i, 0)
        return np.sum(charge[i] * np.delete(charge, i)[:, None] * d / np.linalg.norm(d, axis=1)[:, None] ** 3, axis=0)

    x, perm, rotation = rng.normal(size=(4, 3)), np.array([2, 0, 3, 1]), q()
    left = force(x[perm], species[perm], 0)
    check(np.allclose(left, force(x, species, perm[0])), "invariance ii): f_i(x o Pi) = f_Pi(i)(x)")
    check(not np.allclose(left, rotation @ force(x, species, 0)), "invariance ii): not Q f_i(x)")


def flow():
    a, t, h = FULL, 1.3, 1e-5
    l = gradient(a, t)
    dl = (gradient(a, t + h) - gradient(a, t - h)) / (2 * h)
    check(np.allclose(dl, -l @ l, atol=1e-9), "(50): dL/dt + L^2 = 0, L = A (I + tA)^-1 without x (9)")
    # (51) with St != 1 needs St dL/dt + L^2 = 0, which A (I + tA/St)^-1 satisfies and A (I + tA)^-1 does not.
    st = 0.4
    scaled = lambda s: a @ np.linalg.inv(I3 + s * a / st)
    dl = (scaled(t + h) - scaled(t - h)) / (2 * h)
    check(np.allclose(st * dl, -scaled(t) @ scaled(t), atol=1e-8), "(51): for St != 1 the gradient is A (I + tA/St)^-1")
    # (16): g(t, w) = g0(F w).
    w, k = rng.normal(size=3), np.diag([1.0, 2.0, 0.5])
    g = lambda s, u: np.exp(-((I3 + s * a) @ u) @ k @ ((I3 + s * a) @ u))
    grad = np.array([(g(t, w + h * e) - g(t, w - h * e)) / (2 * h) for e in I3])
    check(abs((g(t + h, w) - g(t - h, w)) / (2 * h) - (l @ w) @ grad) < 1e-9, "(16): g(t, w) = g0(F(t) w) solves it")


def temperature_is_not_always_rising():
    times = np.linspace(0, 10, 101)
    for name, a in {
        "diag(1,0,0)": np.diag([1.0, 0, 0]),
        "rotating": np.array([[0, -1.0, 0], [1, 0, 0], [0, 0, 0]]),
        "simple shear": np.array([[0, 1.0, 0], [0, 0, 0], [0, 0, 0]]),
    }.items():
        theta = moments(a, times, I3, 1.0)[1]
        falls = np.any(np.diff(theta) < 0)
        check(falls == (name != "simple shear"), f"3.2: {name}: theta(10) = {theta[-1]:.4f}, {'falls' if falls else 'rises'}")


def expansion_terms():
    """(59) and (60): the logarithmic derivative of the Maxwellian, against finite differences."""
    l, w, h = rng.normal(size=(3, 3)), rng.normal(size=3), 1e-6
    rho, theta, drho, dtheta = 1.3, 0.7, 0.4, -0.2
    log = lambda t, u: np.log(rho + t * drho) - 1.5 * np.log(2 * np.pi * (theta + t * dtheta)) - u @ u / (2 * (theta + t * dtheta))
    grad = np.array([(log(0, w + h * e) - log(0, w - h * e)) / (2 * h) for e in I3])
    left = (log(h, w) - log(-h, w)) / (2 * h) - (l @ w) @ grad
    aw = (np.outer(w, w) - w @ w / 3 * I3) / theta
    right = (drho + np.trace(l) * rho) / rho + 0.5 * (w @ w / theta - 3) * (dtheta + 2 / 3 * np.trace(l) * theta) / theta
    check(abs(left - right - np.sum(aw * deviator(l))) < 1e-8, "(59), (60): the right-hand side is as printed")


def viscosity():
    """(57), (58), (70) for Maxwell molecules of unit rate by Monte Carlo and quadrature."""
    n = 400_000
    w, ws, s = rng.normal(size=(3, n, 3))
    s /= np.linalg.norm(s, axis=1)[:, None]
    u = np.linalg.norm(w - ws, axis=1)[:, None]
    after, after_s = (w + ws) / 2 + u * s / 2, (w + ws) / 2 - u * s / 2
    xy = lambda x: x[:, 0] * x[:, 1]
    # <A, L A> with L g = -(1/M) [Q(M, M g) + Q(M g, M)], in the frame A_xy = w_x w_y, theta = rho = 1.
    sample = xy(w) * (xy(w) + xy(ws) - xy(after) - xy(after_s))
    value, error = np.mean(sample), np.std(sample) / np.sqrt(n)
    check(abs(value - RATE) < 5 * error, f"(57) with M: <A, L A>/<A, A> = {value:.4f} +- {error:.4f}, lambda = {RATE}")
    radial = quad(lambda r: r**6 * np.exp(-r * r / 2) / np.sqrt(2 * np.pi), 0, np.inf)[0]
    theta, rho = 0.7, 1.3
    mu = 2 / 15 * theta / RATE * radial
    check(np.isclose(mu, theta / RATE), "(70) at rho = 1, a = 1/lambda: mu = theta / lambda")
    # g1 = -g0 a A:D gives int w w g1 = -2 mu D when a belongs to rho (a = 1/(lambda rho)).
    d = deviator(FULL)
    w = rng.normal(size=(4_000_000, 3)) * np.sqrt(theta)
    aw = np.einsum("ni,nj,ij->n", w, w, d) / theta
    p1 = np.array([[np.mean(-rho * w[:, i] * w[:, j] * aw) / (RATE * rho) for j in range(3)] for i in range(3)])
    check(np.max(np.abs(p1 + 2 * mu * d)) < 5e-3, "(68): the stress is -2 mu D, so the energy flux of (69) is 2 mu D:L")


def boundary_terms():
    """(44): the flux through |x_i - x_j| = eps is that of dw + L dx, the relative lab velocity."""
    l, x, w = gradient(FULL, 0.7), rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    v = w + x @ l.T
    check(np.allclose(v[1] - v[0], (w[1] - w[0]) + l @ (x[1] - x[0])), "(44): both boundary terms have one sign")


def characteristics():
    """Lemmas A.1 and A.3 fail on X' = W + L X + c, W' = e - L W, which satisfies Hypotheses 2.1 and 2.3."""
    l = np.array([[0, 1.0, 0], [0, 0, 0], [0, 0, 0]])

    def run(c, e):
        rate = lambda t, y: np.append(y[3:] + l @ y[:3] + c, e - l @ y[3:])
        return solve_ivp(rate, (0, 1), np.zeros(6), rtol=1e-10).y[:, -1]

    check(np.linalg.norm(run(np.zeros(3), np.ones(3))) > 0.5, "Lemma A.1: |P(0)| = 0 does not stay 0; (1 + |P0|) e^(Ct) does bound")
    shift = np.linalg.norm(run(np.ones(3), np.zeros(3)) - run(np.zeros(3), np.zeros(3)))
    check(shift > 0.5, "Lemma A.3: equal Lipschitz constants, different paths; sup |xi1 - xi2| is needed")


def momentum_cross_section(height):
    """2 pi int (1 - cos chi) b db of U = height r^-6 at energy 1, relative to height = 1 good to 1e-4."""

    def deflection(b):
        u0 = brentq(lambda u: 1 - b * b * u * u - height * u**6, 0, max(1 / b, 1) * 2 + 2)
        # u = u0 (1 - s^2) removes the root singularity at the turning point.
        path = lambda s: 2 * u0 * s / np.sqrt(max(1 - (b * u0 * (1 - s * s)) ** 2 - height * (u0 * (1 - s * s)) ** 6, 1e-300))
        return np.pi - 2 * b * quad(path, 0, 1, limit=200)[0]

    return 2 * np.pi * quad(lambda b: (1 - np.cos(deflection(b))) * b, 1e-6, 12 * height ** (1 / 6), limit=200, epsrel=1e-6)[0]


def scaling():
    """(17): collisions per unit time at N eps^2 = 1 when the height of r^-6 stays (U(r/eps)) or grows (U(r/eps)/eps)."""
    unit = momentum_cross_section(1.0)
    for eps in (1e-1, 1e-2, 1e-3):
        ratio = momentum_cross_section(1 / eps) / unit
        check(np.isclose(ratio, eps ** (-1 / 3), rtol=1e-3), f"(17): eps = {eps:g}: (1/eps) U(r/eps) collides {ratio:.4f} times as often as U(r/eps)")


def self_similar():
    """(46): divergence form against (6) under g = e^(-3 beta t) G(w e^(-beta t))."""
    beta, t, h = 0.3, 0.8, 1e-5
    k = np.array([[1.0, 0.2, 0], [0.2, 2.0, 0.1], [0, 0.1, 0.7]])
    big = lambda x: np.exp(-x @ k @ x)
    g = lambda s, w: np.exp(-3 * beta * s) * big(w * np.exp(-beta * s))
    d = lambda f, x: np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in I3])
    w = rng.normal(size=3)
    x = w * np.exp(-beta * t)
    for l, divergence_free in ((FULL - np.trace(FULL) / 3 * I3, True), (FULL, False)):
        left = (g(t + h, w) - g(t - h, w)) / (2 * h) - (l @ w) @ d(lambda u: g(t, u), w)
        div = lambda m: np.trace(m) * big(x) + (m @ x) @ d(big, x)
        right = np.exp(-3 * beta * t) * (-beta * div(I3) - div(l))
        check((abs(left - right) < 1e-8) == divergence_free, f"(46): divergence form {'holds' if divergence_free else 'fails'} for tr L {'= 0' if divergence_free else '!= 0'}")


for part in (navier_stokes, collisions, groups, flow, temperature_is_not_always_rising, expansion_terms, viscosity,
             boundary_terms, characteristics, scaling, self_similar):
    part()
