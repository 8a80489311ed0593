"""What NumPy or Arrow reads from a file (the argument): JSON on standard output."""
import json
import sys

path = sys.argv[1]
if path.endswith(".npy"):
    import numpy as np

    array = np.load(path)
    rows = array if array.ndim == 2 else array.reshape(-1, 1)
    json.dump({"shape": array.shape, "rows": [" ".join(str(float(x)) for x in row) for row in rows]}, sys.stdout)
else:
    import pyarrow.parquet as parquet

    table = parquet.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    json.dump({"types": types, "rows": table.to_pylist()}, sys.stdout)
