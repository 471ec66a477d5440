"""Settings of the tests."""

from hypothesis import HealthCheck, settings

# No test depends on how fast this machine is.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
settings.load_profile("untimed")
