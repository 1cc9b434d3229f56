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
        (["--data", "none.csv"], "No such file or directory: none.csv"),
        (["--dataset", "linear", "--loss", "hinge"], "ys[0]: hinge takes targets"),
        (["--dataset", "linear", "--loss", "cross_entropy"], "cross_entropy takes classes 0, 1, 2"),
        (["--epochs", "-1"], "epochs is a whole number from 0"),
        (["--lr", "-1"], "a learning rate is a finite number from 0, but -1.0"),
        (["--hidden", "0"], "whole number from 1, but 0"),
        (["--examples", "0"], "the number of examples is a whole number from 1, but 0"),
        (["--hidden", "100000"], "a 2-100000-1 network has 400,001 parameters"),
        (["--out", "no/such/net.json"], "there is no folder no/such to save the network in"),
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
