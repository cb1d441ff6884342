"""kill -9 of each service and each engine in the middle of the work: nothing that was acknowledged is lost or doubled."""

import asyncio

import pytest

from deploy.demo.callers import Callers
from deploy.engines.process import Process
from deploy.stack import Stack
from tests.journeys.load import Load, pending, settled

VICTIMS = ("intake", "processing", "postal", "notify", "mongo", "kafka", "minio")


def process(stack: Stack, name: str) -> Process:
    found = stack.services[name][0] if name in stack.services else stack.engines.all[name]
    assert isinstance(found, Process)
    return found


@pytest.mark.parametrize("victim", VICTIMS)
async def test_what_was_acknowledged_reaches_its_end_once_though_this_is_killed(stack: Stack, victim: str):
    async with Callers(stack.base_url, longest_pause=0.3) as callers:
        load = Load(callers)
        async with load.flowing():
            await load.grows(by=40)
            process(stack, victim).kill()
            await asyncio.sleep(0.5)
            await asyncio.to_thread(process(stack, victim).start)
            await load.grows(by=40)
    await settled(stack, load)


async def test_a_service_that_is_asked_to_stop_finishes_and_publishes_what_it_has_in_hand(stack: Stack):
    async with Callers(stack.base_url, longest_pause=0.3) as callers:
        load = Load(callers)
        async with load.flowing():
            for name, (service,) in stack.services.items():
                await load.grows(by=20)
                await asyncio.to_thread(service.stop)
                left = await asyncio.to_thread(pending, stack, name)
                await asyncio.to_thread(service.start)
                assert left == []
    await settled(stack, load)
