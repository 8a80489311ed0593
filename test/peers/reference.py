"""What SciPy, scikit-learn and dtaidistance make of the inputs in a JSON file (the first argument): JSON on standard output."""
import json
import sys

import numpy as np
from dtaidistance import dtw_ndim
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.metrics.cluster import contingency_matrix


def distances(case):
    sequences = [np.array(values, dtype=np.double).reshape(-1, case["dimension"]) for values in case["sequences"]]
    # dtaidistance counts the step itself to its window.
    window = None if case["band"] is None else case["band"] + 1
    return [
        dtw_ndim.distance_fast(a, b, window=window, inner_dist="euclidean")
        for i, a in enumerate(sequences)
        for b in sequences[i + 1 :]
    ]


def dendrogram(case):
    rows = linkage(np.array(case["distances"]), case["method"])
    heights = case["heights"]
    return {
        "linkage": rows.tolist(),
        "cuts": [fcluster(rows, count, "maxclust").tolist() for count in case["counts"]],
        "cutsByHeight": [fcluster(rows, height, "distance").tolist() for height in heights],
    }


def inertia(case):
    points = np.array(case["points"]).reshape(-1, case["dimension"])
    return [
        KMeans(case["groups"], n_init=10, random_state=seed, tol=0).fit(points).inertia_ for seed in range(case["seeds"])
    ]


def scores(case):
    table = contingency_matrix(case["classes"], case["labels"])
    return {
        "silhouette": silhouette_score(squareform(np.array(case["distances"])), case["labels"], metric="precomputed"),
        "adjustedRandIndex": adjusted_rand_score(case["classes"], case["labels"]),
        "purity": table.max(axis=0).sum() / table.sum(),
    }


with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)
kinds = {"distances": distances, "dendrogram": dendrogram, "inertia": inertia, "scores": scores}
json.dump({name: [compute(case) for case in cases[name]] for name, compute in kinds.items()}, sys.stdout, default=float)
