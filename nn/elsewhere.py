"""What other libraries call things, and what they are here: for the messages to those who come from there."""

_LR = ("lr", "learning_rate", "eta", "alpha", "step_size")

# arguments of an optimiser
OPTIMIZER = {
    **dict.fromkeys(_LR, "lr="),
    **dict.fromkeys(("beta1", "beta2", "beta_1", "beta_2"), "betas=(0.9, 0.999)"),
    **dict.fromkeys(("decay", "l2"), "weight_decay="),
    "epsilon": "eps=",
    "params": "step(net.parameters())",
}

# arguments of MLP
NETWORK = {
    **dict.fromkeys(("hidden", "hidden_layer_sizes", "layers", "sizes", "nouts"), "units=[2, 1]"),
    **dict.fromkeys(("nin", "input_size", "in_features", "n_inputs", "input_dim"), "inputs="),
    **dict.fromkeys(("seed", "random_state"), "rng=0"),
    **dict.fromkeys(("biases", "use_bias"), "bias=True"),
    **dict.fromkeys(("activations", "nonlin", "hidden_activation"), "activation="),
    **dict.fromkeys(("output", "out_activation"), "output_activation="),
    **dict.fromkeys(("initializer", "initialization", "kernel_initializer"), "init="),
    **dict.fromkeys(("weights", "coefs"), "MLP.from_weights([W1, W2])"),
}

# methods and attributes of a network
METHODS = {
    **dict.fromkeys(("fit", "train"), "it is trained by nn.fit(net, xs, ys)"),
    **dict.fromkeys(
        ("forward", "predict_proba"), "its output is net(x), or net.predict(xs) as numbers"
    ),
    **dict.fromkeys(
        ("backward", "step"), "call loss.backward(), then optimizer.step(net.parameters())"
    ),
    **dict.fromkeys(
        ("score", "evaluate"), "nn.accuracy(net, xs, ys) is the share of right classes"
    ),
    **dict.fromkeys(("coefs_", "get_weights"), "its matrices are net.weights()"),
    "summary": "print(net)",
}

# arguments of fit
FIT = {
    **dict.fromkeys(_LR, "optimizer=SGD(lr=0.1)"),
    **dict.fromkeys(("momentum", "weight_decay"), "optimizer=SGD(lr=0.1, momentum=0.9)"),
    **dict.fromkeys(("verbose", "silent", "quiet"), "progress="),
    **dict.fromkeys(("seed", "random_state", "shuffle"), "rng=0, the seed of the shuffle"),
    **dict.fromkeys(("X", "x", "inputs"), "xs="),
    **dict.fromkeys(("Y", "y", "targets", "labels"), "ys="),
    **dict.fromkeys(("n_epochs", "num_epochs", "nb_epoch", "max_iter", "steps"), "epochs="),
    **dict.fromkeys(("criterion", "loss_fn", "loss_function"), "loss="),
    **dict.fromkeys(("validation_data", "validation_split", "val"), "validation=(xs, ys)"),
    **dict.fromkeys(("patience", "early_stopping"), "callbacks=[EarlyStop(patience=10)]"),
    **dict.fromkeys(("l2", "regularization", "regularizer"), "penalty=l2(1e-4)"),
}
