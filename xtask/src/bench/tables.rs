//! What the report compares. Edit these tables when cases are added or renamed.

/// The implementation that does only what cannot be left out; the others are compared with it.
pub(super) const FLOOR: &str = "floor";

/// Our implementation, which stands right below the floor.
pub(super) const OURS: &str = "hookseal";

/// Topics with their heading, in the report's order. A topic that is not listed comes last, under
/// its own name.
pub(super) const TOPICS: &[(&str, &str)] = &[
    ("verify", "Verifying a delivery"),
    ("event", "Verifying a delivery and reading its event"),
    ("mac", "The MAC alone"),
];

/// One case that shall take at most so many times what another takes.
pub(super) struct Goal {
    pub(super) label: &'static str,
    /// The id of the case that the goal is for.
    pub(super) case: &'static str,
    /// The id of the case that it is compared with.
    pub(super) than: &'static str,
    pub(super) at_most: f64,
}

/// The section "Targets".
pub(super) const GOALS: &[Goal] = &[
    Goal {
        label: "235 bytes: a verification costs at most 1.6 times the compressions",
        case: "verify/contio/235/hookseal",
        than: "mac/contio/235/floor",
        at_most: 1.60,
    },
    Goal {
        label: "1009 bytes: at most 1.18 times",
        case: "verify/contio/1009/hookseal",
        than: "mac/contio/1009/floor",
        at_most: 1.18,
    },
    Goal {
        label: "65521 bytes: at most 1.03 times",
        case: "verify/contio/65521/hookseal",
        than: "mac/contio/65521/floor",
        at_most: 1.03,
    },
    Goal {
        label: "235 bytes: a verification is faster than ring's MAC alone",
        case: "verify/contio/235/hookseal",
        than: "mac/contio/235/ring",
        at_most: 1.00,
    },
    Goal {
        label: "1009 bytes: the same",
        case: "verify/contio/1009/hookseal",
        than: "mac/contio/1009/ring",
        at_most: 1.00,
    },
    Goal {
        label: "65521 bytes: no slower",
        case: "verify/contio/65521/hookseal",
        than: "mac/contio/65521/ring",
        at_most: 1.00,
    },
    Goal {
        label: "Standard Webhooks: a tenth of standardwebhooks' time",
        case: "verify/standard-webhooks/235/hookseal",
        than: "verify/standard-webhooks/235/standardwebhooks",
        at_most: 0.10,
    },
    Goal {
        label: "Stripe: two fifths of webhook-verify's time",
        case: "verify/stripe/235/hookseal",
        than: "verify/stripe/235/webhook-verify",
        at_most: 0.40,
    },
    Goal {
        label: "The typed event costs little more than the verification again",
        case: "event/typed/235/hookseal",
        than: "verify/contio/235/hookseal",
        at_most: 2.20,
    },
    Goal {
        label: "A further secret costs at most one more MAC",
        case: "verify/contio-2-secrets/65521/hookseal",
        than: "verify/contio/65521/hookseal",
        at_most: 2.05,
    },
];
