//! What the report compares. Change these tables when cases are added or renamed.

/// The implementation that does only the unavoidable work.
pub(super) const FLOOR: &str = "floor";

/// Our implementation, which comes directly after the reference.
pub(super) const OURS: &str = "hookseal";

/// What the cases of a topic are compared with.
pub(super) enum Reference {
    /// The floor of the same operation in any topic: a verification is compared with the MAC that it contains.
    Floor,
    /// Whichever of these the operation has.
    OneOf(&'static [&'static str]),
}

/// A section of the report.
pub(super) struct Topic {
    pub(super) name: &'static str,
    pub(super) heading: &'static str,
    /// What a reader has to know about the cases.
    pub(super) about: &'static str,
    pub(super) reference: Reference,
}

const ABOUT_FLOOR: &str = "Compared with `floor`, the unavoidable work.";

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
                `standardwebhooks`. Headers are an object, and the body is a `Buffer`. `event` and `parse` also read\n\
                the event; in `parse`, `hookseal` is `parseWebhook`, and `hookseal-event` is `verify` and `event`.\n\
                `hookseal-signature` is `verifySignature`, which does not search the headers. `native` is the package\n\
                `@hookseal/node`; `create-hmac` is the MAC alone, which does not check a delivery's age.",
        reference: Reference::OneOf(&["guide", "contio-sdk", "standardwebhooks"]),
    },
    Topic {
        name: "bun",
        heading: "JavaScript in Bun",
        about: "As in Node.",
        reference: Reference::OneOf(&["guide", "contio-sdk"]),
    },
    Topic {
        name: "deno",
        heading: "JavaScript in Deno",
        about: "As in Node.",
        reference: Reference::OneOf(&["guide", "contio-sdk"]),
    },
    Topic {
        name: "workerd",
        heading: "JavaScript in workerd",
        about: "Compared with WebCrypto and a key that was imported once (`webcrypto`). `verify` starts from a\n\
                `Headers` and bytes, `request` from a request whose body has not been read; the time to create the\n\
                request is not included. `http` is a round trip on loopback. `array-buffer` reads the body and\n\
                verifies nothing.",
        reference: Reference::OneOf(&["webcrypto"]),
    },
    Topic {
        name: "node-start",
        heading: "JavaScript: startup in Node",
        about: "In a new process, from the import to the first verdict. `module` is the WebAssembly alone, compiled\n\
                and instantiated.",
        reference: Reference::OneOf(&["guide"]),
    },
    Topic {
        name: "workerd-start",
        heading: "JavaScript: startup in workerd",
        about: "From the start of workerd to its response to a first delivery.",
        reference: Reference::OneOf(&["webcrypto"]),
    },
    Topic {
        name: "python",
        heading: "Python",
        about: "Compared with the steps in Contio's guide, written with the standard library (`guide`), to which `parse`\n\
                adds `json.loads`. `hookseal` is `verify_signature`, `parse_webhook`, and `verify` with a dict of headers.\n\
                `hmac-digest` is the MAC alone, of bytes that were joined beforehand. The others verify deliveries of\n\
                their own scheme.",
        reference: Reference::OneOf(&["guide"]),
    },
    Topic {
        name: "go",
        heading: "Go",
        about: "`crypto-hmac` is the MAC alone, with a key that is prepared each time, as in Contio's guide, and\n\
                `crypto-hmac-kept-key` with one that is kept. Headers are an `http.Header` of a server's request. In `event`,\n\
                `hookseal` verifies and reads the typed event, and `encoding-json` reads the same body into the same struct.\n\
                `standard-webhooks` and `svix` are the libraries of that name.",
        reference: Reference::OneOf(&["crypto-hmac", "encoding-json", "standard-webhooks"]),
    },
    Topic {
        name: "go-start",
        heading: "Go: startup",
        about: "From nothing to the first verdict: a verifier is made, and with it the first instance of the core.",
        reference: Reference::OneOf(&["hookseal"]),
    },
];

/// Each case in another language has one of these in its id, and no case in Rust does.
pub(super) const NOT_RUST: &[&str] = &["node", "bun", "deno", "workerd", "start", "python", "go"];

/// A target: one case takes at most `max_ratio` times as long as another.
pub(super) struct Goal {
    pub(super) label: &'static str,
    /// The id of the case with the target.
    pub(super) case: &'static str,
    /// The id of the case that it is compared with.
    pub(super) baseline: &'static str,
    pub(super) max_ratio: f64,
}

/// The section "Targets".
pub(super) const GOALS: &[Goal] = &[
    Goal {
        label: "235 bytes: a verification takes at most 1.6 times as long as the compressions",
        case: "verify/contio/235/hookseal",
        baseline: "mac/contio/235/floor",
        max_ratio: 1.60,
    },
    Goal {
        label: "1009 bytes: at most 1.18 times as long",
        case: "verify/contio/1009/hookseal",
        baseline: "mac/contio/1009/floor",
        max_ratio: 1.18,
    },
    Goal {
        label: "65521 bytes: at most 1.03 times as long",
        case: "verify/contio/65521/hookseal",
        baseline: "mac/contio/65521/floor",
        max_ratio: 1.03,
    },
    Goal {
        label: "235 bytes: a verification is faster than ring's MAC alone",
        case: "verify/contio/235/hookseal",
        baseline: "mac/contio/235/ring",
        max_ratio: 1.00,
    },
    Goal {
        label: "1009 bytes: the same",
        case: "verify/contio/1009/hookseal",
        baseline: "mac/contio/1009/ring",
        max_ratio: 1.00,
    },
    Goal {
        label: "65521 bytes: no slower",
        case: "verify/contio/65521/hookseal",
        baseline: "mac/contio/65521/ring",
        max_ratio: 1.00,
    },
    Goal {
        label: "Standard Webhooks: a tenth of the time of standardwebhooks",
        case: "verify/standard-webhooks/235/hookseal",
        baseline: "verify/standard-webhooks/235/standardwebhooks",
        max_ratio: 0.10,
    },
    Goal {
        label: "Stripe: two fifths of the time of webhook-verify",
        case: "verify/stripe/235/hookseal",
        baseline: "verify/stripe/235/webhook-verify",
        max_ratio: 0.40,
    },
    Goal {
        label: "Verifying and reading the typed event takes little more than twice as long as verifying",
        case: "event/typed/235/hookseal",
        baseline: "verify/contio/235/hookseal",
        max_ratio: 2.20,
    },
    Goal {
        label: "A second secret costs at most one more MAC",
        case: "verify/contio-2-secrets/65521/hookseal",
        baseline: "verify/contio/65521/hookseal",
        max_ratio: 2.05,
    },
    Goal {
        label: "Node: two fifths of the time of the guide's code",
        case: "node/verify/243/hookseal",
        baseline: "node/verify/243/guide",
        max_ratio: 0.40,
    },
    Goal {
        label: "Node: a tenth of the time of standardwebhooks",
        case: "node/standard-webhooks/243/hookseal",
        baseline: "node/standard-webhooks/243/standardwebhooks",
        max_ratio: 0.10,
    },
    Goal {
        label: "Node, reading the event too: half the time of Contio's package",
        case: "node/parse/243/hookseal",
        baseline: "node/parse/243/contio-sdk",
        max_ratio: 0.50,
    },
    Goal {
        label: "Node, native: 0.3 of the time of the guide's code",
        case: "node/verify/243/native-signature",
        baseline: "node/verify/243/guide",
        max_ratio: 0.30,
    },
    Goal {
        label: "Node, native: 0.06 of the time of standardwebhooks",
        case: "node/verify/243/native-signature",
        baseline: "node/standard-webhooks/243/standardwebhooks",
        max_ratio: 0.06,
    },
    Goal {
        label: "Node, native, 4 KB: 0.45 of the time of the guide's code",
        case: "node/verify/4089/native-signature",
        baseline: "node/verify/4089/guide",
        max_ratio: 0.45,
    },
    Goal {
        label: "Node, native, 64 KB: three quarters of the time of the guide's code",
        case: "node/verify/65521/native-signature",
        baseline: "node/verify/65521/guide",
        max_ratio: 0.75,
    },
    Goal {
        label: "Node, native, 64 KB: no slower than createHmac alone",
        case: "node/verify/65521/native-signature",
        baseline: "node/verify/65521/create-hmac",
        max_ratio: 1.00,
    },
    Goal {
        label: "Node, native, reading the event too: two fifths of the time of Contio's package",
        case: "node/parse/243/native",
        baseline: "node/parse/243/contio-sdk",
        max_ratio: 0.40,
    },
    Goal {
        label: "workerd: three fifths of the time of WebCrypto",
        case: "workerd/verify/250/hookseal",
        baseline: "workerd/verify/250/webcrypto",
        max_ratio: 0.60,
    },
    Goal {
        label: "workerd: 0.35 of the time of WebCrypto with a key import each time",
        case: "workerd/verify/250/hookseal",
        baseline: "workerd/verify/250/webcrypto-import",
        max_ratio: 0.35,
    },
    Goal {
        label: "workerd, a request of 250 bytes: hardly slower than WebCrypto",
        case: "workerd/request/250/hookseal",
        baseline: "workerd/request/250/webcrypto",
        max_ratio: 1.15,
    },
    Goal {
        label: "workerd, a request of 1024 bytes: hardly slower than WebCrypto",
        case: "workerd/request/1024/hookseal",
        baseline: "workerd/request/1024/webcrypto",
        max_ratio: 1.15,
    },
    Goal {
        label: "workerd, a request of 4096 bytes: hardly slower than WebCrypto",
        case: "workerd/request/4096/hookseal",
        baseline: "workerd/request/4096/webcrypto",
        max_ratio: 1.15,
    },
    Goal {
        label: "workerd, a request of 16384 bytes: hardly slower than WebCrypto",
        case: "workerd/request/16384/hookseal",
        baseline: "workerd/request/16384/webcrypto",
        max_ratio: 1.15,
    },
    Goal {
        label: "workerd, a request of 65536 bytes: hardly slower than WebCrypto",
        case: "workerd/request/65536/hookseal",
        baseline: "workerd/request/65536/webcrypto",
        max_ratio: 1.15,
    },
    Goal {
        label: "workerd, a request of 262144 bytes over HTTP: hardly slower than WebCrypto",
        case: "workerd/http/262144/hookseal",
        baseline: "workerd/http/262144/webcrypto",
        max_ratio: 1.15,
    },
    Goal {
        label: "workerd, a request of 1048576 bytes over HTTP: hardly slower than WebCrypto",
        case: "workerd/http/1048576/hookseal",
        baseline: "workerd/http/1048576/webcrypto",
        max_ratio: 1.15,
    },
    Goal {
        label: "Python: 0.3 of the time of the guide's steps",
        case: "python/signature/253/hookseal",
        baseline: "python/signature/253/guide",
        max_ratio: 0.30,
    },
    Goal {
        label: "Python: 0.07 of the time of standardwebhooks",
        case: "python/signature/253/hookseal",
        baseline: "python/signature/253/standardwebhooks",
        max_ratio: 0.07,
    },
    Goal {
        label: "Python: 0.015 of the time of stripe",
        case: "python/signature/253/hookseal",
        baseline: "python/signature/253/stripe",
        max_ratio: 0.015,
    },
    Goal {
        label: "Python, reading the event too: 0.35 of the time of the guide's steps and json.loads",
        case: "python/parse/253/hookseal",
        baseline: "python/parse/253/guide",
        max_ratio: 0.35,
    },
    Goal {
        label: "Python, 64 KB: no slower than hmac.digest of bytes that were joined beforehand",
        case: "python/signature/65536/hookseal",
        baseline: "python/signature/65536/hmac-digest",
        max_ratio: 1.00,
    },
    Goal {
        label: "Go, 243 bytes: 3 times as long as crypto/hmac alone",
        case: "go/verify/243/hookseal",
        baseline: "go/verify/243/crypto-hmac",
        max_ratio: 3.00,
    },
    Goal {
        label: "Go, 4096 bytes: 1.5 times as long",
        case: "go/verify/4096/hookseal",
        baseline: "go/verify/4096/crypto-hmac",
        max_ratio: 1.50,
    },
    Goal {
        label: "Go, 65536 bytes: 1.1 times as long",
        case: "go/verify/65536/hookseal",
        baseline: "go/verify/65536/crypto-hmac",
        max_ratio: 1.10,
    },
    Goal {
        label: "Go, verifying and reading the event: twice as long as encoding/json alone",
        case: "go/event/243/hookseal",
        baseline: "go/event/243/encoding-json",
        max_ratio: 2.00,
    },
    Goal {
        label: "Go: no slower than the library of Standard Webhooks",
        case: "go/standard-webhooks/243/hookseal",
        baseline: "go/standard-webhooks/243/standard-webhooks",
        max_ratio: 1.00,
    },
    Goal {
        label: "Go: no slower than the library of Svix",
        case: "go/standard-webhooks/243/hookseal",
        baseline: "go/standard-webhooks/243/svix",
        max_ratio: 1.00,
    },
];
