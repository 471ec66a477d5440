"""The senders beyond the first nine: their deliveries, genuine and forged, and the keys of these."""
