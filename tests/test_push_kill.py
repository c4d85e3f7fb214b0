"""A push that is killed at any moment, then pushed again: the store holds the build, nothing lost, nothing doubled.

Five seeded points for each server; CASEGRAPH_KILLS=50 for more.
"""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from kg.push.session import Wishes, planned
from kg.workspace import Workspace
from tests.proxy import Request, proxied
from tests.stores import SERVERS, Server, assert_holds, emptied, running
from tests.test_push import run, small, write_targets

KILLS = int(os.environ.get("CASEGRAPH_KILLS", "5"))
CASES = 70
"""More than a batch of graphs, so that a kill may fall into the second."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_VIRTUOSO_USER", "dba")
        patch.setenv("KG_VIRTUOSO_PASSWORD", "dba")
        with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
            yield emptied(server)
            server.hang_up()


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Workspace]:
    """Two builds with one base: most cases differ, some stand in one of them only."""
    root = tmp_path_factory.mktemp("builds")
    names = [f"case-{number}" for number in range(CASES)]
    one, other = small(root / "one", *names[:-8]), small(root / "other", *names[8:], title="Another title")
    return one, other


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_push_is_finished_by_the_next(server: Server, builds: tuple[Workspace, Workspace], seed: int):
    """Turn by turn each of two builds replaces the other. The kill falls before, within or after a request."""
    workspace = builds[seed % 2]
    killer = Killer(server, workspace, random.Random(seed))
    with proxied(server.url, killer) as proxy:
        write_targets(workspace, server, proxy.url)
        killer.push()
    assert killer.process.returncode == -signal.SIGKILL
    write_targets(workspace, server)
    result = run("push", "-C", str(workspace.root))
    assert result.exit_code == 0, (seed, killer.point, result.output, result.exception)
    assert_holds(server, workspace)
    server.hang_up()


class Killer:
    """Kills a pusher at one of its requests."""

    process: "subprocess.Popen[bytes]"

    def __init__(self, server: Server, workspace: Workspace, chance: random.Random) -> None:
        self.workspace = workspace
        steps = len(planned(workspace.pushable(), server.remote(), Wishes()).plan.steps)
        self.point = chance.randrange(1, steps + 12)
        """There are at least twelve requests besides those for the graphs."""
        self.fate = chance.choice(("drop", "drop_after", "half_sent"))
        """What the store sees of the request: nothing, all of it, or a connection that ends in its middle."""

    def push(self) -> None:
        command = [sys.executable, "-m", "kg", "push", "-C", str(self.workspace.root)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.process.wait(timeout=120)

    def __call__(self, request: Request) -> str:
        if request.number != self.point:
            return ""
        self.process.kill()
        return self.fate
