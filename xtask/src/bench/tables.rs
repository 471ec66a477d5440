//! What the report compares. Edit these tables when cases are added or renamed.

/// The implementation that does only what cannot be left out.
pub(super) const FLOOR: &str = "floor";

/// Our implementation, which stands right below what the others are compared with.
pub(super) const OURS: &str = "hookseal";

/// What the others of a topic are compared with.
pub(super) enum Reference {
    /// The floor of the operation, in whatever topic: a verification is compared with the MAC in it.
    Floor,
    /// For each operation the one of these that it has.
    OneOf(&'static [&'static str]),
}

/// A section of the report.
pub(super) struct Topic {
    pub(super) name: &'static str,
    pub(super) heading: &'static str,
    /// What a reader has to know of the cases.
    pub(super) about: &'static str,
    pub(super) reference: Reference,
}

const ABOUT_FLOOR: &str = "Compared with `floor`, the work that cannot be left out.";

/// In the report's order. A topic that is not listed comes last, under its own name.
pub(super) const TOPICS: &[Topic] = &[
    Topic { name: "verify", heading: "Verifying a delivery", about: ABOUT_FLOOR, reference: Reference::Floor },
    Topic {
        name: "event",
        heading: "Verifying a delivery and reading its event",
        about: ABOUT_FLOOR,
        reference: Reference::Floor,
    },
    Topic { name: "mac", heading: "The MAC alone", about: ABOUT_FLOOR, reference: Reference::Floor },
    Topic {
        name: "node",
        heading: "JavaScript in Node",
        about: "Compared with the code in Contio's guide (`guide`), Contio's package (`contio-sdk`) and\n\
                `standardwebhooks`. Headers are an object, and the body is a `Buffer`. `event` and `parse` read the\n\
                event too; in `parse`, `hookseal` is `parseWebhook`, and `hookseal-event` is `verify` and `event`.\n\
                `hookseal-signature` is `verifySignature`, which need not look for headers. `native` is the package\n\
                `@hookseal/node`, and `create-hmac` the MAC alone, which tells nobody whether a delivery is fresh.",
        reference: Reference::OneOf(&["guide", "contio-sdk", "standardwebhooks"]),
    },
    Topic {
        name: "workerd",
        heading: "JavaScript in workerd",
        about: "Compared with WebCrypto and a key that was imported once (`webcrypto`). `verify` begins with a\n\
                `Headers` and bytes, `request` with a request whose body is still to be read; what it takes to make\n\
                one is not in it. `http` is the way there and back on loopback. `array-buffer` reads the body, and\n\
                verifies nothing.",
        reference: Reference::OneOf(&["webcrypto"]),
    },
    Topic {
        name: "node-start",
        heading: "JavaScript: the start in Node",
        about: "In a fresh process, from the import to the first verdict; and `module`, the WebAssembly alone,\n\
                compiled and instantiated.",
        reference: Reference::OneOf(&["guide"]),
    },
    Topic {
        name: "workerd-start",
        heading: "JavaScript: the start in workerd",
        about: "From the start of workerd to its answer to a first delivery.",
        reference: Reference::OneOf(&["webcrypto"]),
    },
    Topic {
        name: "python",
        heading: "Python",
        about: "Compared with what Contio's guide asks for, written with the standard library (`guide`), to which `parse`\n\
                adds `json.loads`. `hookseal` is `verify_signature`, `parse_webhook`, and `verify` with a dict of headers.\n\
                `hmac-digest` is the MAC alone, of bytes that were joined before. The others verify deliveries of their\n\
                own scheme.",
        reference: Reference::OneOf(&["guide"]),
    },
];

/// What stands in the ids of cases in other languages, and in that of none in Rust.
pub(super) const NOT_RUST: &[&str] = &["node", "workerd", "start", "python"];

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
    Goal {
        label: "Node: two fifths of the time of the guide's code",
        case: "node/verify/243/hookseal",
        than: "node/verify/243/guide",
        at_most: 0.40,
    },
    Goal {
        label: "Node: a tenth of standardwebhooks' time",
        case: "node/standard-webhooks/243/hookseal",
        than: "node/standard-webhooks/243/standardwebhooks",
        at_most: 0.10,
    },
    Goal {
        label: "Node, with the event read: half of the time of Contio's package",
        case: "node/parse/243/hookseal",
        than: "node/parse/243/contio-sdk",
        at_most: 0.50,
    },
    Goal {
        label: "Node, native: 0.3 of the time of the guide's code",
        case: "node/verify/243/native-signature",
        than: "node/verify/243/guide",
        at_most: 0.30,
    },
    Goal {
        label: "Node, native: 0.06 of standardwebhooks' time",
        case: "node/verify/243/native-signature",
        than: "node/standard-webhooks/243/standardwebhooks",
        at_most: 0.06,
    },
    Goal {
        label: "Node, native, 4 KB: 0.45 of the time of the guide's code",
        case: "node/verify/4089/native-signature",
        than: "node/verify/4089/guide",
        at_most: 0.45,
    },
    Goal {
        label: "Node, native, 64 KB: three quarters of the time of the guide's code",
        case: "node/verify/65521/native-signature",
        than: "node/verify/65521/guide",
        at_most: 0.75,
    },
    Goal {
        label: "Node, native, 64 KB: no slower than createHmac alone",
        case: "node/verify/65521/native-signature",
        than: "node/verify/65521/create-hmac",
        at_most: 1.00,
    },
    Goal {
        label: "Node, native, with the event read: two fifths of the time of Contio's package",
        case: "node/parse/243/native",
        than: "node/parse/243/contio-sdk",
        at_most: 0.40,
    },
    Goal {
        label: "workerd: three fifths of WebCrypto's time",
        case: "workerd/verify/250/hookseal",
        than: "workerd/verify/250/webcrypto",
        at_most: 0.60,
    },
    Goal {
        label: "workerd: 0.35 of the time of WebCrypto that imports its key",
        case: "workerd/verify/250/hookseal",
        than: "workerd/verify/250/webcrypto-import",
        at_most: 0.35,
    },
    Goal {
        label: "workerd, a request of 250 bytes: hardly more than WebCrypto's time",
        case: "workerd/request/250/hookseal",
        than: "workerd/request/250/webcrypto",
        at_most: 1.15,
    },
    Goal {
        label: "workerd, a request of 1024 bytes: hardly more than WebCrypto's time",
        case: "workerd/request/1024/hookseal",
        than: "workerd/request/1024/webcrypto",
        at_most: 1.15,
    },
    Goal {
        label: "workerd, a request of 4096 bytes: hardly more than WebCrypto's time",
        case: "workerd/request/4096/hookseal",
        than: "workerd/request/4096/webcrypto",
        at_most: 1.15,
    },
    Goal {
        label: "workerd, a request of 16384 bytes: hardly more than WebCrypto's time",
        case: "workerd/request/16384/hookseal",
        than: "workerd/request/16384/webcrypto",
        at_most: 1.15,
    },
    Goal {
        label: "workerd, a request of 65536 bytes: hardly more than WebCrypto's time",
        case: "workerd/request/65536/hookseal",
        than: "workerd/request/65536/webcrypto",
        at_most: 1.15,
    },
    Goal {
        label: "workerd, a request of 262144 bytes over HTTP: hardly more than WebCrypto's time",
        case: "workerd/http/262144/hookseal",
        than: "workerd/http/262144/webcrypto",
        at_most: 1.15,
    },
    Goal {
        label: "workerd, a request of 1048576 bytes over HTTP: hardly more than WebCrypto's time",
        case: "workerd/http/1048576/hookseal",
        than: "workerd/http/1048576/webcrypto",
        at_most: 1.15,
    },
    Goal {
        label: "Python: 0.3 of the time of the guide's way",
        case: "python/signature/253/hookseal",
        than: "python/signature/253/guide",
        at_most: 0.30,
    },
    Goal {
        label: "Python: 0.07 of standardwebhooks' time",
        case: "python/signature/253/hookseal",
        than: "python/signature/253/standardwebhooks",
        at_most: 0.07,
    },
    Goal {
        label: "Python: 0.015 of stripe's time",
        case: "python/signature/253/hookseal",
        than: "python/signature/253/stripe",
        at_most: 0.015,
    },
    Goal {
        label: "Python, with the event read: 0.35 of the time of the guide's way and json.loads",
        case: "python/parse/253/hookseal",
        than: "python/parse/253/guide",
        at_most: 0.35,
    },
    Goal {
        label: "Python, 64 KB: no slower than hmac.digest over bytes that were joined before",
        case: "python/signature/65536/hookseal",
        than: "python/signature/65536/hmac-digest",
        at_most: 1.00,
    },
];
