"""Published worked examples of networks, and two of our own."""

from collections.abc import Mapping
from typing import Any

from autograd import Value
from nn.credit.credit import Credit
from nn.lessons.examples import NetworkExample
from nn.losses import half_squared_error, squared_error
from nn.network import MLP
from nn.optim import SGD


def output_itself(prediction: Value, target: Any) -> Value:
    """Return the prediction: what is differentiated where there is no loss."""
    return prediction


def _error(net: MLP, e: NetworkExample) -> float:
    return e.loss(net(e.x), e.y).data


def _after(e: NetworkExample, biases: bool) -> MLP:
    """Return the network after one step, which may leave the biases alone."""
    credit = e.credit()
    kept = {key: edge.weight for key, edge in credit.edges.items() if key[0] is None}
    return credit.network(credit.updates(e.lr) | ({} if biases else kept))


def _by_output(credit: Credit, j: int) -> float:
    """Return ∂L/∂z of a unit."""
    delta, slope = credit.nodes[j].delta, credit.nodes[j].slope
    assert delta is not None
    assert slope is not None
    return delta / slope


def _mazur_errors(e: NetworkExample) -> Mapping[str, float]:
    c = e.credit()
    errors = {
        f"E{j + 1}": half_squared_error(Value(c.nodes[j].z), t).data for j, t in enumerate(e.y)
    }
    return errors | {"after": _error(_after(e, biases=False), e)}


def _mazur_long(e: NetworkExample) -> Mapping[str, float]:
    net = e.network()
    weights = [w for layer in net.layers for unit in layer.neurons for w in unit.w]
    for _ in range(10_000):
        for w in weights:
            w.grad = 0.0
        e.loss(net(e.x), e.y).backward()
        SGD(e.lr).step(weights)
    o1, o2 = net(e.x)
    return {"E": _error(net, e), "o1": o1.data, "o2": o2.data}


_MAZUR: dict[str, Any] = {
    "weights": [[[0.15, 0.25], [0.20, 0.30]], [[0.40, 0.50], [0.45, 0.55]]],
    "biases": [[0.35, 0.35], [0.60, 0.60]],
    "x": [0.05, 0.10],
    "y": [0.01, 0.99],
    "lr": 0.5,
    "notation": "mazur",
}
_NEURON: dict[str, Any] = {
    "weights": [[[-3.0], [1.0]]],
    "biases": [[6.8813735870195432]],
    "x": [2.0, 0.0],
    "y": 0.0,
    "output_activation": "tanh",
    "loss": output_itself,
    "more": lambda e: {
        "slope": e.credit().nodes[0].slope,
        "dx1": e.credit().edges[2, 0].delta * e.credit().edges[2, 0].weight,
        "dx2": e.credit().edges[1, 0].delta * e.credit().edges[1, 0].weight,
    },
}

WORKED = NetworkExample(
    "worked",
    "The worked 3-2-1 network",
    "our own, recomputed with 60 digits",
    """
    a₁       1.19               a1
    a₂      -0.54               a2
    z₁       0.830578868538528  z1
    z₂      -0.492987966675324  z2
    ŷ        0.827899191314632  ŷ
    L        0.197128697226784  L
    δ₀       0.627899191314632  δ0
    δ₁       0.136315106207854  δ1
    δ₂      -0.237648185304353  δ2
    w₁⇝₀     0.521519799878364  ∂L/∂w1>0
    w₂⇝₀    -0.309546745603281  ∂L/∂w2>0
    w₃⇝₁     0.068157553103927  ∂L/∂w3>1
    w₃⇝₂    -0.118824092652177  ∂L/∂w3>2
    w₄⇝₁    -0.136315106207854  ∂L/∂w4>1
    w₄⇝₂     0.237648185304353  ∂L/∂w4>2
    w₅⇝₁     0.109052084966284  ∂L/∂w5>1
    w₅⇝₂    -0.190118548243483  ∂L/∂w5>2
    L after  0.150007879169968  after
    """,
    weights=[[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]],
    x=[0.8, -1.0, 0.5],
    y=0.2,
    activation="tanh",
    output_activation="linear",
    more=lambda e: {"after": e.credit().after(e.lr).loss},
)

NETWORKS = [
    WORKED,
    NetworkExample(
        "mazur",
        "A step by step back-propagation example, 2-2-2",
        "Matt Mazur, mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example",
        """
        net h1           .3775        a2
        out h1           .593269992   z2
        out h2           .596884378   z3
        net o1          1.105905967   a0
        out o1           .75136507    ŷ0
        out o2           .772928465   ŷ1
        E o1             .274811083   E1
        E o2             .023560026   E2
        E total          .298371109   L
        ∂E/∂w5           .082167041   ∂L/∂w2>0
        ∂E/∂w1           .000438568   ∂L/∂w5>2
        new w5           .35891648    new w2>0
        new w6           .408666186   new w3>0
        new w7           .511301270   new w2>1
        new w8           .561370121   new w3>1
        new w1           .149780716   new w5>2
        new w2           .19956143    new w4>2
        new w3           .24975114    new w5>3
        new w4           .29950229    new w4>3
        E after a step   .291027924   after
        """,
        note="the error after the step is wrong from the 7th digit; with biases updated too it would be .285750887",
        more=_mazur_errors,
        **_MAZUR,
    ),
    NetworkExample(
        "mazur-10000",
        "The same after 10 000 steps with fixed biases",
        "Matt Mazur, as above",
        """
        E total  .000035085  E
        out o1   .015912196  o1
        out o2   .984065734  o2
        """,
        note="the printed outputs lie between steps 10 002 and 10 003: no whole number of steps gives them",
        more=_mazur_long,
        **_MAZUR,
    ),
    NetworkExample(
        "lecture-neuron",
        "A neuron: tanh(x·w + b)",
        "Andrej Karpathy, nn-zero-to-hero, lecture 1",
        """
        o      .7071              ŷ
        1-o²   .4999999999999999  slope
        dx1  -1.4999999999999996  dx1
        dw1    .9999999999999998  ∂L/∂w2>0
        dx2    .4999999999999999  dx2
        dw2    0                  ∂L/∂w1>0
        db     .4999999999999999  ∂L/∂b0
        """,
        note="dw2 is 0 because x2 is 0: no input, no blame",
        **_NEURON,
    ),
    NetworkExample(
        "lecture-torch",
        "The same neuron in PyTorch",
        "Andrej Karpathy, nn-zero-to-hero, lecture 1",
        """
        o     .7071066904050358  ŷ
        dx2   .5000001283844369  dx2
        dw2   0.0                ∂L/∂w1>0
        dx1 -1.5000003851533106  dx1
        dw1  1.0000002567688737  ∂L/∂w2>0
        """,
        note="the bias passed through a 32-bit tensor (6.881373405456543) before .double()",
        **_NEURON,
    ),
    NetworkExample(
        "han-kamber",
        "The closest published 3-2-1, sigmoid",
        "Han & Kamber, Data Mining; circulates as 'Appendix B'",
        """
        net 4    -.7     a1
        net 5     .1     a2
        net 6    -.105   a0
        out 4     .332   z1
        out 5     .525   z2
        out 6     .474   ŷ
        Err 6     .1311  -δ0
        Err 5    -.0065  -δ2
        Err 4    -.0087  -δ1
        new w46  -.261   new w1>0
        new w56  -.138   new w2>0
        new w14   .192   new w5>1
        new w15  -.306   new w5>2
        new w24   .4     new w4>1
        new w25   .1     new w4>2
        new w34  -.508   new w3>1
        new w35   .194   new w3>2
        new b6    .218   new b0
        new b5    .194   new b2
        new b4   -.408   new b1
        """,
        note="Err 6 was computed from rounded outputs; copies also write 1/(1+e^0.1) for unit 5, where the sign is missing",
        weights=[[[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]], [[-0.3], [-0.2]]],
        biases=[[-0.4, 0.2], [0.1]],
        x=[1.0, 0.0, 1.0],
        y=1.0,
        lr=0.9,
        notation="han-kamber",
    ),
    NetworkExample(
        "macleod",
        "A 2-2-1 whose hidden δ use the new weights",
        "Christopher MacLeod, An Introduction to Practical Neural Networks",
        """
        out                .69      ŷ
        δ                 -.0406    -δ0
        new top→out        .272392  new w1>0
        new bottom→out     .87305   new w2>0
        new A→top          .09916   new w4>1
        new B→top          .7978    new w3>1
        new A→bottom       .3972    new w4>2
        new B→bottom       .5928    new w3>2
        new error         -.18205   -after
        """,
        note="the error was rounded, and the hidden δ take the output weights after their update; they are due those "
        "of the forward pass",
        weights=[[[0.1, 0.4], [0.8, 0.6]], [[0.3], [0.9]]],
        x=[0.35, 0.9],
        y=0.5,
        lr=1.0,
        more=lambda e: {"after": e.credit().after(e.lr).prediction[0] - e.y},
    ),
    NetworkExample(
        "nnwj",
        "An XOR step whose error never goes through the output weights",
        "www.nnwj.de/backpropagation.html",
        """
        out 1      .634135591  z1
        out 2      .457602059  z2
        net        .592605124  a0
        out        .643962658  ŷ
        new w1     .326593362  new w1>0
        new w2     .793109407  new w2>0
        new w21    .512648936  new w3>1
        new w22   -.209958271  new w3>2
        """,
        note="the hidden update multiplies the raw output error by the hidden slope, without the output weight or the "
        "output slope; the last digits printed are those of single precision",
        weights=[[[0.62, 0.42], [0.55, -0.17]], [[0.35], [0.81]]],
        x=[0.0, 1.0],
        y=0.0,
        lr=0.25,
    ),
    NetworkExample(
        "negnevitsky",
        "The first step of learning XOR, with thresholds",
        "Michael Negnevitsky, Artificial Intelligence (recomputed)",
        """
        y3        .5249791875  z1
        y4        .8807970780  z2
        y5        .5097242139  ŷ
        e        -.5097242139  -ŷ
        δ5       -.1273828538  -δ0
        δ3        .0381194780  -δ1
        δ4       -.0147118208  -δ2
        new w13   .5038119478  new w4>1
        new w14   .8985288179  new w4>2
        new w23   .4038119478  new w3>1
        new w24   .9985288179  new w3>2
        new w35 -1.2066873347  new w1>0
        new w45  1.0887801555  new w2>0
        new θ3    .7961880522  -new b1
        new θ4   -.0985288179  -new b2
        new θ5    .3127382854  -new b0
        """,
        note="a threshold is subtracted: its gradient has the opposite sign to a bias's",
        weights=[[[0.5, 0.9], [0.4, 1.0]], [[-1.2], [1.1]]],
        biases=[[-0.8, 0.1], [-0.3]],
        x=[1.0, 1.0],
        y=0.0,
    ),
    NetworkExample(
        "insper",
        "A 2-2-1 with tanh throughout, the best published one",
        "Insper, course exercise",
        """
        z1           .27          a1
        z2          -.18          a2
        h1           .2636248355  z1
        h2          -.1780808681  z2
        u            .3852366782  a0
        ŷ            .3672465626  ŷ
        L            .4003769125  L
        ∂L/∂ŷ      -1.2655068747  ∂ŷ
        ∂L/∂u      -1.0948279147  δ0
        ∂L/∂W2 1    -.28862383    ∂L/∂w1>0
        ∂L/∂W2 2     .19496791    ∂L/∂w2>0
        ∂L/∂h1      -.54741396    ∂h1
        ∂L/∂h2       .32844837    ∂h2
        ∂L/∂z1      -.50936975    δ1
        ∂L/∂z2       .31803236    δ2
        ∂L/∂W1 11   -.25468488    ∂L/∂w4>1
        ∂L/∂W1 12    .10187395    ∂L/∂w3>1
        ∂L/∂W1 21    .15901618    ∂L/∂w4>2
        ∂L/∂W1 22   -.06360647    ∂L/∂w3>2
        """,
        note="a copy calls half squared error 'MSE' and has every gradient halved: right for its own loss",
        weights=[[[0.3, 0.2], [-0.1, 0.4]], [[0.5], [-0.3]]],
        biases=[[0.1, -0.2], [0.2]],
        x=[0.5, -0.2],
        y=1.0,
        activation="tanh",
        output_activation="tanh",
        loss=squared_error,
        more=lambda e: {
            "∂ŷ": _by_output(e.credit(), 0),
            "∂h1": _by_output(e.credit(), 1),
            "∂h2": _by_output(e.credit(), 2),
        },
    ),
    NetworkExample(
        "brownlee",
        "A 2-1-2 whose δ belong to other outputs",
        "Jason Brownlee, How to code a neural network with backpropagation in Python",
        """
        output 1   .6629970129852887     ŷ0
        output 2   .7253160725279748     ŷ1
        δ 1       -.14619064683582808    -δ0
        δ 2        .0771723774346327     -δ1
        δ hidden  -.0005348048046610517  -δ2
        """,
        note="the δ are computed from outputs set by hand, not from this forward pass",
        weights=[
            [[0.13436424411240122], [0.8474337369372327]],
            [[0.2550690257394217, 0.4494910647887381]],
        ],
        biases=[[0.763774618976614], [0.49543508709194095, 0.651592972722763]],
        x=[1.0, 0.0],
        y=[0.0, 1.0],
    ),
    NetworkExample(
        "goodfellow",
        "XOR solved with two relu units",
        "Goodfellow, Bengio & Courville, Deep Learning, section 6.1",
        """
        f(0,0)  0  f(0,0)
        f(0,1)  1  f(0,1)
        f(1,0)  1  f(1,0)
        f(1,1)  0  f(1,1)
        """,
        note="two of the patterns sit exactly on a kink of relu",
        weights=[[[1.0, 1.0], [1.0, 1.0]], [[1.0], [-2.0]]],
        biases=[[0.0, -1.0], [0.0]],
        x=[1.0, 0.0],
        y=1.0,
        activation="relu",
        output_activation="linear",
        notation="goodfellow",
        more=lambda e: {f"f({p},{q})": e.network()([p, q]).data for p in (0, 1) for q in (0, 1)},
    ),
    NetworkExample(
        "house",
        "A 3-2-1 with tanh throughout",
        "our own, recomputed with 60 digits",
        """
        h1   .716297870199024  z1
        h2   .379948962255225  z2
        y    .377764405698358  ŷ
        L    .193588567407959  L
        dW11 -.090909227280590  ∂L/∂w5>1
        dW12  .181818454561179  ∂L/∂w4>1
        dW13 -.363636909122359  ∂L/∂w3>1
        dW21  .182572396598395  ∂L/∂w5>2
        dW22 -.365144793196790  ∂L/∂w4>2
        dW23  .730289586393581  ∂L/∂w3>2
        db1  -.181818454561179  ∂L/∂b1
        db2   .365144793196790  ∂L/∂b2
        dv1  -.382101130079425  ∂L/∂w1>0
        dv2  -.202679547001707  ∂L/∂w2>0
        dc   -.533438875049646  ∂L/∂b0
        """,
        weights=[[[0.1, -0.4], [-0.2, 0.5], [0.3, 0.6]], [[0.7], [-0.8]]],
        biases=[[0.05, -0.1], [0.2]],
        x=[0.5, -1.0, 2.0],
        y=1.0,
        activation="tanh",
        output_activation="tanh",
    ),
]
