"""Side-by-side measurements of omd against its peers; see bench/README.md."""
