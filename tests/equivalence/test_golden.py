"""What the model says is what it said when these digests were written down, to the last bit.

`python -m equivalence.golden` (in tests/) prints them anew; golden.py says when that is right.
test_processors.py and test_interpreted.py hold the same runs elsewhere against them.
"""

from unittest import mock

import pytest

from empowersim import blocks
from empowersim.executors import processes, threads

from .golden import RUNS, digest, digest_of_sweep

GOLDEN = {
    "defaults": "b51a89640340c75160d2ab002db4cb646a88e76954ec0425e7a63a8cd29c61ab",
    "named scenarios": "ba479fd063597ca94e3df083026e70852e5bfdc81cb20bbd586677c1583c93cd",
    "a whole organisation": "4a0cad157225cd7ca5e18958e14821149e9c3d8163237ed4b9af114f5a76b168",
    "interventions": "a25a1c6b6c255d79135afe57a9db03045505e978ed132ca78317065217ac0e8e",
    "rollouts": "1d75b8929ff795d50260b85436cfc3fdbcafdcc2dcad883db6669a66cc92452d",
    "own parameters": "15787081d5a20da74d7d2fc389297bc686ed2249fb01a7f0e77bf41ed8aca78a",
    "the greatest seed": "b001cc3e072e6c325ff49a5da99cc4ffc2ec0fe875b0b3dd519d46630bf31c54",
    "two people, one week": "6fac3ba43548aac6fa36a1a4845c7aa8ed590987b7b67ac53f5bf07e5e6f5db9",
    "logit": "c1e7ddb4a5185652718409e47c5ca67d523126f0e231a74d37c9051cd4f0a8a7",
    "aghion-tirole": "004fb7883a1b78e790f2513c0d1c112cbf26d90de3455eca7aae63e491b706eb",
}
SWEEP = "7088fe994559a397"

WAYS = [{"workers": 1}, {"workers": 2}, {"workers": 4}, {"engine": "mesa"}]


def test_every_golden_run_is_written_down():
    assert list(GOLDEN) == list(RUNS)
    assert len(set(GOLDEN.values())) == len(GOLDEN)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("how", WAYS, ids=str)
def test_a_run_is_what_it_was(name, how):
    assert digest(RUNS[name], **how) == GOLDEN[name]


def test_a_digest_sees_one_bit():
    run = RUNS["two people, one week"]
    other = run.points[0].with_changes({"trust_gain": 0.06 + 2**-56})
    assert other.parameters.trust_gain == pytest.approx(0.06, rel=1e-15)
    assert digest(run._replace(points=[other], weeks=60)) != digest(run._replace(weeks=60))


@pytest.mark.parametrize(
    ("executor", "runs"),
    [(threads(1), 2048), (threads(1), 16), (threads(2), 96), (threads(4), 48), (processes(2), 48)],
)
def test_a_sweep_is_what_it_was(tmp_path, executor, runs):
    """Whatever the workers, and the size of blocks."""
    with mock.patch.object(blocks, "RUNS", runs):
        assert digest_of_sweep(tmp_path / "sweep", executor) == SWEEP
