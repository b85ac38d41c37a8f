"""Expected flights of a hub, whatever the time that their aircraft stay."""

import numpy as np

from sim.config import HubConfig
from sim.inputs.expected_flights import Bins, expected_flights


def flights_expected(config: HubConfig, end: int) -> Bins:
    return np.asarray(sum(expected_flights(config, end).values()))
