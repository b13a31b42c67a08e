"""Trains the mouth model on the rows of features.mjs and writes src/engines/face/mouth-weights.ts. Needs numpy.

    python3 train.py CORPUS [--hold-out flite:slt,...] [--epochs 10] [--hidden 96,48] [--out FILE]

Prints accuracy per viseme on held-out utterances and, if given, on held-out voices; compares with a linear model and with
a classifier of the field's hand-made cues. Without --out nothing is written.
"""

import argparse
import base64
import json
import time

import numpy as np

VISEMES = "sil pp ff th dd ll kk ss sh rr aa eh ax iy ih oh uw".split()
BANDS, HOPS, CENTRE = 26, 9, 5


def load(folder):
    labels = np.fromfile(f"{folder}/labels.u8", np.uint8)
    rows = np.fromfile(f"{folder}/rows.u8", np.uint8).reshape(len(labels), -1)
    voices = np.fromfile(f"{folder}/voices.u8", np.uint8)
    names = json.load(open(f"{folder}/voices.json"))
    return rows, labels, voices, names


def values(rows):
    return rows.astype(np.float32) * (4 / 255) - 2


def forward(layers, x):
    activations = [x]
    for i, (weights, bias) in enumerate(layers):
        x = x @ weights + bias
        if i < len(layers) - 1:
            x = np.maximum(x, 0)
        activations.append(x)
    return activations


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def disturb(x, rng):
    """Other throats and microphones: the bands shifted by up to 1.6 and stretched, a smooth change of colour (both the
    same over a context), and up to four bands in a row wiped out. Worth 5 points of accuracy on voices never heard."""
    x = x.reshape(-1, HOPS, BANDS)
    bands = np.arange(BANDS)
    for at in range(0, len(x), 32):
        place = np.clip((bands - 8) * rng.uniform(0.94, 1.06) + 8 + rng.uniform(-1.6, 1.6), 0, BANDS - 1.001)
        low = place.astype(int)
        share = (place - low).astype(np.float32)
        group = x[at : at + 32]
        x[at : at + 32] = group[:, :, low] * (1 - share) + group[:, :, low + 1] * share
    strengths = (0.15, 0.2, 0.12, 0.12, 0.1, 0.08)
    waves = np.stack([s * np.cos(np.pi * n * bands / BANDS) for n, s in enumerate(strengths)])
    x = x + (rng.normal(size=(len(x), len(strengths))) @ waves).astype(np.float32)[:, None]
    first, count = rng.integers(0, BANDS, (len(x), 1)), rng.integers(0, 5, (len(x), 1))
    wiped = (bands >= first) & (bands < first + count)
    x = np.where(wiped[:, None], x.mean((1, 2), keepdims=True), x)
    return np.clip(x, -2, 2).reshape(len(x), -1)


DROPPED = np.float32(0.2)


def train(rows, labels, sizes, epochs, rng, say=True):
    """Adam on cross-entropy; rare visemes weigh more, labels are softened, 20 % of the hidden units dropped."""
    layers = [
        [rng.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32), np.zeros(b, np.float32)]
        for a, b in zip(sizes, sizes[1:])
    ]
    moments = [[np.zeros_like(p) for p in layer] + [np.zeros_like(p) for p in layer] for layer in layers]
    share = np.bincount(labels, minlength=sizes[-1]) / len(labels)
    weight = (share.max() / np.maximum(share, 1e-4)) ** 0.4
    weight = (weight / (weight * share).sum()).astype(np.float32)
    batch, step, steps = 512, 0, epochs * (len(labels) // 512)
    for epoch in range(epochs):
        order = rng.permutation(len(labels))
        loss, began = 0.0, time.time()
        for at in range(0, len(order) - batch + 1, batch):
            pick = np.sort(order[at : at + batch])
            x, y = disturb(values(rows[pick]), rng), labels[pick]
            rate = 2e-3 * 0.5 * (1 + np.cos(np.pi * step / steps)) * min(1, (step + 1) / 300)
            acts, masks = [x], []
            for i, (w, b) in enumerate(layers):
                x = x @ w + b
                if i < len(layers) - 1:
                    mask = (x > 0) * (rng.random(x.shape, np.float32) > DROPPED) / (1 - DROPPED)
                    x = x * mask
                    masks.append(mask)
                acts.append(x)
            p = softmax(x)
            target = np.full_like(p, 0.04 / p.shape[1])
            target[np.arange(batch), y] += 0.96
            loss += float(-(target * np.log(p + 1e-9)).sum(1).mean())
            grad = (p - target) * weight[y][:, None] / batch
            step += 1
            for i in range(len(layers) - 1, -1, -1):
                gradients = [acts[i].T @ grad, grad.sum(0)]
                if i > 0:
                    grad = (grad @ layers[i][0].T) * masks[i - 1]
                for j in range(2):
                    m, v = moments[i][j], moments[i][j + 2]
                    m += 0.1 * (gradients[j] - m)
                    v += 0.001 * (gradients[j] ** 2 - v)
                    change = (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
                    layers[i][j] -= rate * (change + (1e-3 * layers[i][j] if j == 0 else 0))
        if say:
            print(
                f"epoch {epoch + 1}: loss {loss / (len(order) // batch):.3f}, {time.time() - began:.0f} s", flush=True
            )
    return layers


def predict(layers, rows):
    return np.concatenate([softmax(forward(layers, values(rows[i : i + 8192]))[-1]) for i in range(0, len(rows), 8192)])


def cues(rows):
    """What a hand-made classifier looks at: the energy of seven regions at this moment and their change, and the centroid."""
    x = values(rows).reshape(-1, HOPS, BANDS)
    edges = [0, 4, 7, 10, 13, 17, 21, 26]
    regions = np.stack([x[:, :, a:b].mean(2) for a, b in zip(edges, edges[1:])], 2)
    now = regions[:, CENTRE]
    power = 10 ** (x[:, CENTRE] * 2)
    centroid = (power * np.arange(BANDS)).sum(1, keepdims=True) / power.sum(1, keepdims=True) / BANDS
    change = regions[:, CENTRE + 1] - regions[:, CENTRE - 1]
    return np.concatenate([now, change, centroid, now.mean(1, keepdims=True)], 1)


def gaussian_classifier(features, labels):
    """One Gaussian with its own covariance per viseme: the usual formant-and-band-energy classifier, fitted."""
    models = []
    for c in range(len(VISEMES)):
        x = features[labels == c].astype(np.float64)
        cov = np.cov(x.T) + 1e-3 * np.eye(x.shape[1])
        models.append((x.mean(0), np.linalg.inv(cov), np.linalg.slogdet(cov)[1], np.log(len(x) / len(labels))))

    def score(f):
        return np.stack(
            [-0.5 * (np.einsum("ij,jk,ik->i", f - m, inv, f - m) + det) + 0.5 * prior for m, inv, det, prior in models],
            1,
        )

    return score


def parse_mouths(path):
    """The target mouths, read from visemes.ts so that there is one table."""
    import re

    text = open(path).read()
    table = []
    for v in VISEMES:
        if v == "sil":
            table.append([0, 0.5, 0, 0, 0, 0])
            continue
        call = re.search(rf"^  {v}: mouth\(([\d.]+), ([\d.]+)(?:, \{{(.*?)\}})?\)", text, re.M)
        extra = dict(re.findall(r"(\w+): ([\d.]+)", call[3] or ""))
        table.append(
            [float(call[1]), float(call[2])] + [float(extra.get(k, 0)) for k in ("teeth", "bite", "tongue", "press")]
        )
    return np.array(table)


def report(name, posteriors, labels, mouths, verbose=True):
    hit = posteriors.argmax(1) == labels
    error = np.abs(posteriors @ mouths - mouths[labels])
    truth = mouths[labels]
    print(
        f"{name}: accuracy {hit.mean():.3f}, mean over visemes {np.mean([hit[labels == c].mean() for c in range(len(VISEMES)) if (labels == c).any()]):.3f}; "
        f"mean error of open {error[:, 0].mean():.3f}, wide {error[:, 1].mean():.3f}; correlation of open {np.corrcoef((posteriors @ mouths)[:, 0], truth[:, 0])[0, 1]:.3f}, wide {np.corrcoef((posteriors @ mouths)[:, 1], truth[:, 1])[0, 1]:.3f}"
    )
    if verbose:
        for c, v in enumerate(VISEMES):
            of = labels == c
            if not of.any():
                continue
            confused = np.bincount(posteriors[of].argmax(1), minlength=len(VISEMES))
            others = [f"{VISEMES[o]} {confused[o] / of.sum():.2f}" for o in np.argsort(-confused)[:4] if o != c]
            print(f"  {v:4} {of.mean():.3f} of rows, right {hit[of].mean():.2f}; else {', '.join(others[:3])}")


def quantise(layers):
    """Eight bits a weight, one scale per output; biases stay float32."""
    out = []
    for weights, bias in layers:
        scale = np.maximum(np.abs(weights).max(0), 1e-9) / 127
        q = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
        out.append((q, scale.astype(np.float32), bias.astype(np.float32)))
    return out


def dequantised(quantised):
    return [[q.astype(np.float32) * s, b] for q, s, b in quantised]


def export(quantised, path):
    sizes = [quantised[0][0].shape[0]] + [q.shape[1] for q, _, _ in quantised]
    # Per layer: the int8 weights output by output, then the scales, then the biases.
    blob = b"".join(q.T.tobytes() + s.tobytes() + b.tobytes() for q, s, b in quantised)
    with open(path, "w") as f:
        f.write("/** Written by tools/mouth/train.py; not edited by hand. mouth-model.ts has the layout. */\n")
        f.write(f"export const sizes: readonly number[] = [{', '.join(map(str, sizes))}];\n\n")
        f.write(f"export const weights =\n  '{base64.b64encode(blob).decode()}';\n")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("corpus")
    p.add_argument("--hold-out", default="")
    p.add_argument("--epochs", type=int, default=10)
    p.add_argument("--hidden", default="96,48")
    p.add_argument("--out")
    p.add_argument("--baselines", action="store_true")
    a = p.parse_args()
    rng = np.random.default_rng(3)
    rows, labels, voices, names = load(a.corpus)
    mouths = parse_mouths(__file__.rsplit("/", 1)[0] + "/../../src/engines/face/visemes.ts")
    kept_out = np.isin(voices, [i for i, n in enumerate(names) if n in a.hold_out.split(",")])
    # Whole stretches of 4,000 rows (utterances in a row, both copies), so that no test sentence is also trained on.
    test = (np.arange(len(labels)) // 4000 % 12 == 5) & ~kept_out
    fit = ~test & ~kept_out
    print(
        f"{fit.sum()} rows to train on, {test.sum()} of the same voices and {kept_out.sum()} of other voices to test on"
    )
    x, y = rows[fit], labels[fit]
    sizes = [rows.shape[1], *map(int, a.hidden.split(",")), len(VISEMES)]
    layers = dequantised(q := quantise(train(x, y, sizes, a.epochs, rng)))
    sets = [("held-out sentences", test)] + ([("held-out voices", kept_out)] if kept_out.any() else [])
    for name, of in sets:
        report(f"net, {name}", predict(layers, rows[of]), labels[of], mouths)
    if a.baselines:
        linear = train(x, y, [rows.shape[1], len(VISEMES)], 4, rng, say=False)
        score = gaussian_classifier(cues(x[::4]), y[::4])
        for name, of in sets:
            report(f"linear, {name}", predict(linear, rows[of]), labels[of], mouths, verbose=False)
            report(f"band cues, {name}", softmax(score(cues(rows[of]))), labels[of], mouths, verbose=False)
    if a.out:
        export(q, a.out)


if __name__ == "__main__":
    main()
