"""The moons step as a programmer writes it by hand in C, compiled with gcc -O2 and called through ctypes."""

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SOURCE = r"""
#include <math.h>
#include <string.h>

#define IN 2
#define H 16

typedef struct {
    double w1[H][IN], b1[H], w2[H][H], b2[H], w3[H], b3;
} Net;

/* One step of gradient descent on the mean squared error; returns the loss before it. */
double step(Net *net, Net *grad, const double (*xs)[IN], const double *ys, int n, double rate)
{
    double loss = 0.0;
    memset(grad, 0, sizeof *grad);
    for (int k = 0; k < n; k++) {
        const double *x = xs[k];
        double z1[H], z2[H], d1[H] = {0}, d2[H];
        double out = 0.0;
        for (int j = 0; j < H; j++) {
            double a = 0.0;
            for (int i = 0; i < IN; i++) a += net->w1[j][i] * x[i];
            z1[j] = tanh(a + net->b1[j]);
        }
        for (int j = 0; j < H; j++) {
            double a = 0.0;
            for (int i = 0; i < H; i++) a += net->w2[j][i] * z1[i];
            z2[j] = tanh(a + net->b2[j]);
            out += net->w3[j] * z2[j];
        }
        double e = out + net->b3 - ys[k], d = 2.0 * e / n;
        loss += e * e;
        for (int j = 0; j < H; j++) {
            grad->w3[j] += d * z2[j];
            d2[j] = d * net->w3[j] * (1.0 - z2[j] * z2[j]);
        }
        grad->b3 += d;
        for (int j = 0; j < H; j++) {
            for (int i = 0; i < H; i++) {
                grad->w2[j][i] += d2[j] * z1[i];
                d1[i] += d2[j] * net->w2[j][i];
            }
            grad->b2[j] += d2[j];
        }
        for (int j = 0; j < H; j++) {
            double dj = d1[j] * (1.0 - z1[j] * z1[j]);
            for (int i = 0; i < IN; i++) grad->w1[j][i] += dj * x[i];
            grad->b1[j] += dj;
        }
    }
    double *w = (double *)net, *g = (double *)grad;
    for (size_t i = 0; i < sizeof *net / sizeof *w; i++) w[i] -= rate * g[i];
    return loss / n;
}
"""


def build(
    weights: list[float], xs: list[list[float]], ys: list[float], rate: float
) -> Callable[[], tuple[float, Any]]:
    """Compile the loop and return its step.

    Raises:
        ImportError: if there is no gcc.
    """
    if not shutil.which("gcc"):
        raise ImportError("no gcc on this machine")
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "step.c"), Path(folder, "step.so")
        source.write_text(SOURCE)
        command = ["gcc", "-O2", "-shared", "-fPIC", "-o", library, source, "-lm"]
        subprocess.run(command, check=True)
        function = ctypes.CDLL(str(library)).step
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_void_p] * 4 + [ctypes.c_int, ctypes.c_double]
    net, x, y = map(_doubles, (weights, [v for point in xs for v in point], ys))
    gradients = _doubles([0.0] * len(weights))
    return lambda: (function(net, gradients, x, y, len(ys), rate), gradients)


def _doubles(numbers: list[float]) -> Any:
    return (ctypes.c_double * len(numbers))(*numbers)
