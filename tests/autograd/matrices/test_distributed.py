"""Data-parallel gradients on an existing engine: a VectorProgram travels to Dask workers."""

import numpy as np
import pytest

import autograd as ag
from autograd import trace

distributed = pytest.importorskip("distributed", reason="distributed is not installed")


def loss(w, x, y):
    hidden = [ag.tanh(ag.dot(unit, x, b)) for unit, b in w[0]]
    return (ag.dot(w[1], hidden) - y) ** 2


def shard_gradient(program, w, xs, ys):
    """Run on a worker: the summed loss and gradient of a shard, as arrays of plain numbers."""
    value, (gradient, _, _) = program.value_and_grad(w, xs, ys)
    return value, np.concatenate([np.ravel(g) for g in ag.structure.leaves(gradient)])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the engine's own start and stop
def test_gradients_of_shards_add_up_to_that_of_the_batch():
    rng = np.random.default_rng(0)
    w = [[(rng.normal(size=2).tolist(), 0.1 * i) for i in range(3)], [0.5, -0.2, 0.3]]
    xs, ys = rng.normal(size=(90, 2)), rng.normal(size=90)
    program = trace(loss, w, [0.0, 0.0], 0.0).vectorize(batched=(1, 2), reduction="sum")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        jobs = [
            client.submit(shard_gradient, program, w, xs[part], ys[part])
            for part in (slice(0, 40), slice(40, 41), slice(41, 90))
        ]
        values, gradients = zip(*client.gather(jobs))
    value, gradient = shard_gradient(program, w, xs, ys)
    np.testing.assert_allclose(sum(values), value, rtol=1e-12)
    np.testing.assert_allclose(sum(gradients), gradient, rtol=1e-11, atol=1e-12)
