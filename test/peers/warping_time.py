"""Seconds that dtaidistance's C code takes for a distance matrix on one thread: COUNT STEPS DIMENSION as arguments."""
import sys
import time

import numpy as np
from dtaidistance import dtw, dtw_ndim

count, steps, dimension = map(int, sys.argv[1:])
generator = np.random.default_rng(1)
sequences = [np.ascontiguousarray(generator.normal(size=(steps, dimension))) for _ in range(count)]
best = float("inf")
for _ in range(3 if count < 500 else 1):
    start = time.perf_counter()
    if dimension == 1:
        dtw.distance_matrix_fast([values[:, 0].copy() for values in sequences], parallel=False, inner_dist="euclidean")
    else:
        dtw_ndim.distance_matrix_fast(sequences, dimension, parallel=False, inner_dist="euclidean")
    best = min(best, time.perf_counter() - start)
print(best)
