"""Settings for the tests."""

from hypothesis import HealthCheck, settings

# No test depends on the speed of the machine.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
settings.load_profile("untimed")
