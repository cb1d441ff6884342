"""Two of each service: what one was doing when it was killed, the other one ends."""

from deploy.demo.callers import Callers
from deploy.stack import Stack
from tests.journeys.conftest import QUICK
from tests.journeys.load import Load, settled


async def test_the_other_replica_takes_over_what_a_killed_one_had_in_hand():
    with Stack.temporary(replicas=2, settings=QUICK) as stack:
        async with Callers(stack.base_url, longest_pause=0.3) as callers:
            load = Load(callers)
            async with load.flowing():
                await load.grows(by=40)
                stack.services["intake"][0].kill()
                stack.services["processing"][0].kill()
                await load.grows(by=40)
        await settled(stack, load)
        assert not stack.services["intake"][0].alive
