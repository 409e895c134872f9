"""Golden values of slices: every month of flights by day of week, performance by scikit-learn, score PSI by SciPy.

The reference of a slice is the same slice of the hold-out; the score's edges are those of the whole hold-out. Arrow files and the tree ensemble are
read here by hand, so that the system's Python suffices and nothing is shared with the product; scores are checked against expected_scores.csv.

    /usr/bin/python3 tests/golden/segments.py [FOLDER_OF_FLIGHTS] > tests/golden/segments.json
"""
import csv, datetime, json, pathlib, struct, sys
import numpy as np
from scipy import stats
from sklearn import metrics as m

HERE = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "Data" / "flights"
INPUTS = "hour day_of_week distance origin_late_rate destination_late_rate origin_recent_late destination_recent_late".split()
THRESHOLD = 0.3


# --- Arrow IPC streams: flatbuffer tables of (field number -> place) -------------------------------------------------------------------------------
def u(fmt, b, at): return struct.unpack_from("<" + fmt, b, at)[0]


class Table:
    def __init__(self, b, at): self.b, self.at, self.v = b, at, at - u("i", b, at)
    def place(self, n):
        o = u("H", self.b, self.v + 4 + 2 * n) if 4 + 2 * n < u("H", self.b, self.v) else 0
        return self.at + o if o else None
    def get(self, n, fmt, default=0): p = self.place(n); return default if p is None else u(fmt, self.b, p)
    def ref(self, n): p = self.place(n); return None if p is None else p + u("I", self.b, p)
    def table(self, n): return Table(self.b, self.ref(n))
    def text(self, n): p = self.ref(n); return self.b[p + 4:p + 4 + u("I", self.b, p)].decode()
    def vector(self, n): p = self.ref(n); return p + 4, u("I", self.b, p)


def kind(field):
    t, of = field.get(2, "B"), field.table(3)
    if t == 2: return np.dtype(f"<{'i' if of.get(1, 'B') else 'u'}{of.get(0, 'i') // 8}")
    if t == 3: return np.dtype({0: "<f2", 1: "<f4", 2: "<f8"}[of.get(0, "h")])
    if t == 10: return np.dtype(f"<M8[{['s', 'ms', 'us', 'ns'][of.get(0, 'h')]}]")
    if t == 5: return "text"
    raise SystemExit(f"type {t} of {field.text(0)} is not read here")


def arrow(path):
    b, at, fields, columns = path.read_bytes(), 0, [], {}
    while at < len(b):
        if u("I", b, at) == 0xFFFFFFFF: at += 4
        size = u("i", b, at); at += 4
        if size == 0: break
        message = Table(b, at + u("I", b, at)); at += size
        body, header = at, message.table(2); at += message.get(3, "q")
        if message.get(1, "B") == 1:
            p, n = header.vector(1)
            fields = [Table(b, q + u("I", b, q)) for q in range(p, p + 4 * n, 4)]
            fields = [(f.text(0), kind(f)) for f in fields]
        elif message.get(1, "B") == 3:
            rows = header.get(0, "q"); nodes, _ = header.vector(1); buffers, _ = header.vector(2); i = 0
            for c, (name, dtype) in enumerate(fields):
                assert u("q", b, nodes + 16 * c + 8) == 0, f"{name} has nulls"
                take = lambda k: body + u("q", b, buffers + 16 * k)
                if dtype == "text":
                    ends = np.frombuffer(b, "<i4", rows + 1, take(i + 1)); start = take(i + 2)
                    values = np.array([b[start + ends[r]:start + ends[r + 1]].decode() for r in range(rows)]); i += 3
                else:
                    values = np.frombuffer(b, dtype, rows, take(i + 1)); i += 2
                columns.setdefault(name, []).append(values)
    return {name: np.concatenate(parts) for name, parts in columns.items()}


# --- The model: a TreeEnsembleClassifier -------------------------------------------------------------------------------------------------------------
def varint(b, at):
    value = shift = 0
    while True:
        value |= (b[at] & 127) << shift; shift += 7; at += 1
        if b[at - 1] < 128: return value, at


def message(b):
    at, fields = 0, {}
    while at < len(b):
        tag, at = varint(b, at)
        if tag & 7 == 0: value, at = varint(b, at)
        elif tag & 7 == 2: n, at = varint(b, at); value, at = b[at:at + n], at + n
        else: n = {1: 8, 5: 4}[tag & 7]; value, at = b[at:at + n], at + n
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def attribute(a):
    if 7 in a: return np.concatenate([np.frombuffer(x, "<f4") for x in a[7]])
    if 8 in a:
        out = []
        for x in a[8]:
            if isinstance(x, int): out.append(x); continue
            at = 0
            while at < len(x): v, at = varint(x, at); out.append(v)
        return np.array(out)
    if 9 in a: return np.array([x.decode() for x in a[9]])
    if 4 in a: return a[4][0].decode()
    return a.get(3, [None])[0]


def model(path):
    node, = message(message(path.read_bytes())[7][0])[1]
    node = message(node)
    return {message(a)[1][0].decode(): attribute(message(a)) for a in node[5]}


def score(x, t):
    place = {(i, n): k for k, (i, n) in enumerate(zip(t["nodes_treeids"], t["nodes_nodeids"]))}
    leaf = np.zeros(len(t["nodes_treeids"]), np.float32)
    for i, n, w in zip(t["class_treeids"], t["class_nodeids"], t["class_weights"]): leaf[place[i, n]] += w
    yes = np.array([place.get((i, n), 0) for i, n in zip(t["nodes_treeids"], t["nodes_truenodeids"])])
    no = np.array([place.get((i, n), 0) for i, n in zip(t["nodes_treeids"], t["nodes_falsenodeids"])])
    modes = t["nodes_modes"]; assert set(modes) <= {"BRANCH_LEQ", "LEAF"}, set(modes)
    total = np.zeros(len(x), np.float32)
    rows = np.arange(len(x))
    for i in np.unique(t["nodes_treeids"]):
        at = np.full(len(x), place[i, 0])
        while (branch := modes[at] != "LEAF").any():
            goes = x[rows, t["nodes_featureids"][at]] <= t["nodes_values"][at]
            at = np.where(branch, np.where(goes, yes[at], no[at]), at)
        total += leaf[at]
    assert t["post_transform"] == "LOGISTIC", t["post_transform"]
    total += np.float32(t["base_values"][-1] if "base_values" in t else 0)
    # In float32 and by the magnitude, as ONNX Runtime does it: ties and edges hang on the last bit.
    one = np.float32(1); p = one / (one + np.exp(-np.abs(total)))
    return np.where(total < 0, one - p, p)


# --- Values ----------------------------------------------------------------------------------------------------------------------------------------
def performance(s, y):
    s = s.astype(np.float64); predicted = s >= THRESHOLD
    return dict(roc_auc=m.roc_auc_score(y, s), brier=m.brier_score_loss(y, s), log_loss=m.log_loss(y, s), precision=m.precision_score(y, predicted),
                recall=m.recall_score(y, predicted), accuracy=m.accuracy_score(y, predicted))


def psi(r, x, edges):
    n, w = (np.bincount(np.searchsorted(edges, a.astype(np.float64), side="left"), minlength=len(edges) + 1) for a in (r, x))
    keep = n + w > 0; n, w = n[keep], w[keep]; b = len(n)
    p, q = (n + 0.5) / (n.sum() + 0.5 * b), (w + 0.5) / (w.sum() + 0.5 * b)
    return dict(psi=stats.entropy(p, q) + stats.entropy(q, p), psi_noise_floor=stats.chi2.ppf(0.99, b - 1) * (1 / n.sum() + 1 / w.sum()))


def floats(values): return {k: float(v) for k, v in values.items()}


trees = model(HERE / "model.onnx")
train, holdout, production, truth = (arrow(HERE / f"{name}.arrows") for name in ("reference_train", "reference_holdout", "production", "labels"))
for data in (train, holdout, production):
    data["score"] = score(np.stack([data[c] for c in INPUTS], 1), trees)
published = {row["entity_id"]: float(row["score"]) for row in csv.DictReader(open(HERE / "expected_scores.csv"))}
expected = np.array([published[str(i)] for i in production["entity_id"]])
assert np.abs(production["score"] - expected).max() <= 2e-6, np.abs(production["score"] - expected).max()
# The published score where there is one: what a runtime says is what the product counts.
production["score"] = expected.astype(np.float32)

labels = {}
for i, y, at in sorted(zip(truth["entity_id"].tolist(), truth["label"].tolist(), truth["label_ts"].tolist()), key=lambda row: row[2]): labels[i] = y
production["label"] = np.array([labels.get(i, -1) for i in production["entity_id"].tolist()])
edges = np.unique(np.quantile(holdout["score"].astype(np.float64), np.arange(1, 10) / 10))
month = production["ts"].astype("M8[M]")


def slices(rows):
    out = {}
    for day in sorted(set(holdout["day_of_week"].tolist())):
        mine, ref, fit = rows & (production["day_of_week"] == day), holdout["day_of_week"] == day, train["day_of_week"] == day
        known = mine & (production["label"] >= 0)
        out[f"day_of_week={day:g}"] = dict(
            rows=int(mine.sum()), labelled=int(known.sum()), positives=int((production["label"][known] == 1).sum()), reference_rows=int(ref.sum()),
            performance=floats(performance(production["score"][known], production["label"][known])),
            train=floats(performance(train["score"][fit], train["label"][fit])),
            holdout=floats(performance(holdout["score"][ref], holdout["label"][ref])),
            score=floats(psi(holdout["score"][ref], production["score"][mine], edges)))
    return out


counts = {day: int((holdout["day_of_week"] == day).sum()) for day in set(holdout["day_of_week"].tolist())}
result = {"order": [f"day_of_week={day:g}" for day in sorted(counts, key=lambda d: (-counts[d], f"{d:g}"))],
          "overall": slices(np.ones(len(month), bool)),
          "windows": {str(w): slices(month == w) for w in np.unique(month)}}
print(json.dumps(result, indent=1))
