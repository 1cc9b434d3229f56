"""The commands of backprop that train and teach; check and worksheet are tested with what they run."""

import pytest

from nn import MLP
from nn.cli.entry import main
from nn.cli.train import DATASETS
from nn.lessons.gallery import examples


@pytest.mark.parametrize("name", DATASETS)
def test_train_on_each_data_set(name, capsys):
    words = ["train", "--dataset", name, "--examples", "12", "--hidden", "3", "--epochs", "3"]
    words += ["--loss", "cross_entropy", "--optimizer", "adam"] if name == "yin-yang" else []
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "History: 3 epochs" in out
    count = 4 if name == "xor" else 12
    assert (f" of {count} are classified correctly" in out) == (name != "linear")


@pytest.mark.parametrize("loss", ["binary_cross_entropy_with_logits", "cross_entropy", "hinge"])
def test_two_classes_are_numbered_as_the_loss_wants_them(loss, capsys):
    words = ["train", "--dataset", "xor", "--optimizer", "adam", "--lr", "0.1", "--loss", loss]
    assert main(words) == 0
    assert "4 of 4 are classified correctly" in capsys.readouterr().out


def test_train_on_a_file_and_save(tmp_path, capsys):
    data, saved = tmp_path / "data.csv", tmp_path / "net.json"
    data.write_text("a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,2\n")
    words = ["train", "--data", str(data), "--hidden", "--epochs", "500", "--lr", "0.3"]
    assert main([*words, "--batch-size", "2", "--out", str(saved)]) == 0
    assert str(saved) in capsys.readouterr().out
    net = MLP.load(saved)
    assert net.sizes == [2, 1]
    assert [net(x).data for x in ([0, 0], [1, 1])] == pytest.approx([0.0, 2.0], abs=1e-3)


def test_the_same_seed_trains_the_same_network(tmp_path):
    paths = [tmp_path / f"{k}.json" for k in range(3)]
    for path, more in zip(
        paths, (["--seed", "4"], ["--seed", "4", "--vectorize"], ["--seed", "5"])
    ):
        words = ["train", "--examples", "10", "--hidden", "2", "--epochs", "3", "--batch-size", "4"]
        assert main([*words, *more, "--out", str(path)]) == 0
    first, again, other = (MLP.load(path).state_dict() for path in paths)
    assert again == pytest.approx(first, rel=1e-9)
    assert other != first


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "none.csv"], "No such file or directory: 'none.csv'"),
        (["--dataset", "linear", "--loss", "hinge"], "ys[0]: hinge takes targets"),
        (["--dataset", "linear", "--loss", "cross_entropy"], "cross_entropy takes classes 0, 1, 2"),
        (["--epochs", "-1"], "epochs must be a whole number, at least 0"),
        (["--lr", "-1"], "the learning rate must be a finite number, at least 0; got -1.0"),
        (["--hidden", "0"], "whole number, at least 1; got 0"),
        (["--examples", "0"], "the number of examples must be a whole number, at least 1; got 0"),
        (["--hidden", "100000"], "a 2-100000-1 network has 400,001 parameters"),
        (["--out", "no/such/net.json"], "there is no folder '"),
    ],
    ids=range(9),
)
def test_train_refuses(words, message, capsys):
    assert main(["train", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("backprop: error: ")
    assert message in captured.err
    assert captured.err.count("\n") == 1


def test_help_of_check_tells_the_default_and_the_form_of_a_file(capsys):
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "the worked 3-2-1 network" in said
    assert '"working": {"a1": 1.19, ...}' in said


def test_gallery_lists_every_example(capsys):
    assert main(["gallery"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [e.key for e in examples()]


def test_gallery_shows_one_and_draws_it(tmp_path, capsys):
    path = tmp_path / "mazur.gv"
    assert main(["gallery", "mazur", "--out", str(path)]) == 0
    out = capsys.readouterr().out
    assert "E after a step   .291027924  0.29102777369  ✗ wrong in print" in out
    assert "graph" in path.read_text(encoding="utf-8")
    assert main(["gallery", "lecture", "--out", str(tmp_path / "lecture.gv")]) == 0
    assert "digraph" in (tmp_path / "lecture.gv").read_text(encoding="utf-8")
    assert main(["gallery", "marzur"]) == 2
    assert "no example is called 'marzur'" in capsys.readouterr().err


def test_a_diverging_run_is_one_line(capsys):
    assert main(["train", "--lr", "1e300", "--epochs", "5"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_targets_that_name_no_class_are_refused(tmp_path, capsys):
    path = tmp_path / "regression.csv"
    path.write_text("x,y\n1,1e18\n2,0\n")
    assert main(["train", "--data", str(path), "--loss", "cross_entropy"]) == 2
    assert "classes" in capsys.readouterr().err


# ---------------------------------------------------------------- examples of one's own


FLOWERS = "id;sepal;petal;species\n" + "".join(
    f"{k + 1};{5 + 0.3 * kind + 0.1 * (k % 5):.1f};{1 + 2 * kind + 0.1 * (k % 4):.1f};{name}\n".replace(
        ".", ","
    )
    for k, (kind, name) in enumerate([(0, "setosa"), (1, "versicolor"), (2, "virginica")] * 10)
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_labels_are_learned_and_predicted(here, capsys):
    (here / "flowers.csv").write_text(FLOWERS)
    words = ["train", "--data", "flowers.csv", "--target", "species", "--scale", "--test", "0.2"]
    words += ["--optimizer", "adam", "--lr", "0.05", "--epochs", "150", "--history", "losses.csv"]
    assert main([*words, "--out", "net.json"]) == 0
    said = capsys.readouterr()
    assert "on 24 examples" in said.out
    assert "24 of 24 are classified correctly" in said.out
    assert "6 of 6 held back are classified correctly" in said.out
    assert said.err.count("\n") == 1
    assert said.err.startswith("backprop: note: flowers.csv: the first column, 'id', only counts")
    lines = (here / "losses.csv").read_text().splitlines()
    assert lines[0] == "epoch,loss,validation loss"
    assert len(lines) == 151
    new = "petal;species;sepal\n" + "".join(
        f"{petal};?;{sepal}\n" for petal, sepal in (("1,2", "5,1"), ("3,1", "5,4"), ("5,2", "5,7"))
    )
    (here / "new.csv").write_text(new)
    assert main(["predict", "--weights", "net.json", "--data", "new.csv"]) == 0
    rows = [line.split(",") for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["class", "ŷ0", "ŷ1", "ŷ2"]
    assert [row[0] for row in rows[1:]] == ["setosa", "versicolor", "virginica"]
    net = MLP.load("net.json")
    assert [float(x) for x in rows[1][1:]] == [v.data for v in net([5.1, 1.2])]
    assert main(["predict", "--weights", "net.json", "--x", "5.1", "1.2", "--out", "p.csv"]) == 0
    assert (here / "p.csv").read_text().splitlines()[1].startswith("setosa,")


@pytest.mark.parametrize(
    "loss", ["half_squared_error", "hinge", "binary_cross_entropy_with_logits", "cross_entropy"]
)
def test_two_labels(here, capsys, loss):
    (here / "two.csv").write_text(
        "x,y\n" + "".join(f"{x},{'yes' if x > 3 else 'no'}\n" for x in range(8))
    )
    words = [
        "train",
        "--data",
        "two.csv",
        "--loss",
        loss,
        "--scale",
        "--hidden",
        "--lr",
        "0.5",
        "--out",
        "net.json",
    ]
    assert main(words) == 0
    assert "8 of 8 are classified correctly" in capsys.readouterr().out
    (here / "new.csv").write_text("x\n−1\n7\n")
    assert main(["predict", "--weights", "net.json", "--data", "new.csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == ["class", "no", "yes"]


def test_scaling_is_in_the_weights_that_are_saved(here, capsys):
    (here / "line.csv").write_text(
        "a;b;y\n" + "".join(f"{x},5;{100 * x};{2 * x}\n" for x in range(9))
    )
    words = [
        "train",
        "--data",
        "line.csv",
        "--scale",
        "--hidden",
        "--lr",
        "0.3",
        "--epochs",
        "2000",
    ]
    assert main([*words, "--out", "net.json"]) == 0
    net = MLP.load("net.json")
    assert net.predict([[1.5, 100.0], [8.5, 800.0]]) == pytest.approx([2.0, 16.0], abs=1e-6)


def test_training_stops_when_the_examples_held_back_say_so(here, capsys):
    (here / "noise.csv").write_text("x,y\n" + "".join(f"{k},{(k * 7) % 5}\n" for k in range(20)))
    words = [
        "train",
        "--data",
        "noise.csv",
        "--scale",
        "--test",
        "0.5",
        "--patience",
        "3",
        "--epochs",
        "5000",
    ]
    assert main(words) == 0
    assert ", callback: loss" in capsys.readouterr().out
