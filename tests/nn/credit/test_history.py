"""How blame moves: the credit kept along a training run."""

from nn import MLP, assign_credit, fit
from nn.credit import credit_over_training


def test_credit_over_training_is_that_of_its_moments():
    xs, ys = [[0.5], [-1.0]], [1.0, 0.0]
    course = credit_over_training(MLP(1, [1], rng=0), xs, ys, every=2, epochs=5, progress=False)
    assert course.epochs == [0, 2, 4]
    for moment, epochs in enumerate(course.epochs):
        net = MLP(1, [1], rng=0)
        fit(net, xs, ys, epochs=epochs, progress=False)
        now = assign_credit(net, xs, ys, batch=True)
        assert {key: c[moment] for key, c in course.credits.items()} == {
            k: e.credit for k, e in now.edges.items()
        }
        assert course.names == {k: e.name for k, e in now.edges.items()}
