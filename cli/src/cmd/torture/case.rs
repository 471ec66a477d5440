//! A case: what is sent, and which response is right.

use hookseal::ErrorKind;
use hookseal_captured::Header;

/// What is sent, and how a correct receiver responds.
pub(super) struct Case {
    pub(super) group: Group,
    /// The variant that signed it, such as `contio-body`.
    pub(super) variant: &'static str,
    /// A name for `--only`, unique within a variant.
    pub(super) name: &'static str,
    /// What is sent, for people.
    pub(super) sent: &'static str,
    /// What goes wrong if the response is wrong.
    pub(super) why: &'static str,
    pub(super) expected: Expected,
    /// The id of its event, if it is about one.
    pub(super) event_id: String,
    /// Sent one after the other; the response to each has to be right.
    pub(super) deliveries: Vec<Delivery>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Genuine,
    Signature,
    Time,
    Headers,
    Body,
    Envelope,
    Wire,
    Duplicates,
}

/// In what order the deliveries of an event are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// One after another.
    Again,
    /// All at the same time.
    Parallel,
    /// After the handler has failed.
    AfterFailure,
    /// While the handler is running, and then fails.
    WhileSlow,
}

/// The right response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// 2xx.
    Accepted,
    /// 4xx, ideally the status of this kind of error.
    Refused(ErrorKind),
    /// 4xx, ideally this one, or a connection that the receiver closes.
    RefusedOrClosed(u16),
    /// 2xx, or 4xx, ideally this one: it depends on what the server around the receiver passes to it.
    AcceptedOrRefused(u16),
    /// 2xx, or 5xx while the event is being handled; and the event is handled once.
    Once { flow: Flow, label: &'static str },
}

/// A request, and how it is transferred.
#[derive(Clone)]
pub(super) struct Delivery {
    pub(super) headers: Vec<Header>,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) transfer: Transfer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    /// At once, with a Content-Length.
    Whole,
    /// In chunks of this many bytes, without a Content-Length.
    Chunked(usize),
    /// The body in this many parts, with a pause after each.
    SlowBody(usize),
    /// The headers in small parts with pauses, and the body at once.
    SlowHead,
    /// At once, while another connection has sent half of its headers and waits.
    AlongsideSlow,
    /// With a Content-Length that is this many bytes too large; nothing is sent after the body.
    Short(usize),
    /// Half of the body; then the connection is closed in both directions.
    Cut,
    /// In chunks, without the last one; nothing is sent after them.
    CutChunks,
}

impl Delivery {
    pub(super) fn new(headers: Vec<Header>, body: impl Into<Vec<u8>>) -> Self {
        Self { headers, content_type: "application/json", body: body.into(), transfer: Transfer::Whole }
    }

    pub(super) fn transferred(mut self, transfer: Transfer) -> Self {
        self.transfer = transfer;
        self
    }

    pub(super) const fn typed(mut self, content_type: &'static str) -> Self {
        self.content_type = content_type;
        self
    }

    pub(super) fn with(mut self, header: Header) -> Self {
        self.headers.push(header);
        self
    }
}

impl Group {
    pub(super) const ALL: [Self; 8] = [
        Self::Genuine,
        Self::Signature,
        Self::Time,
        Self::Headers,
        Self::Body,
        Self::Envelope,
        Self::Wire,
        Self::Duplicates,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::Signature => "signature",
            Self::Time => "time",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::Envelope => "envelope",
            Self::Wire => "wire",
            Self::Duplicates => "duplicates",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Genuine => "Genuine",
            Self::Signature => "Invalid signatures",
            Self::Time => "Invalid times and replays",
            Self::Headers => "Headers",
            Self::Body => "Bodies other than the signed one",
            Self::Envelope => "Correctly signed, but no valid envelope",
            Self::Wire => "On the wire",
            Self::Duplicates => "Duplicates of events",
        }
    }
}

impl Expected {
    /// For the table and the JSON, such as `401`.
    pub(super) fn label(self) -> String {
        match self {
            Self::Accepted => "2xx".to_owned(),
            Self::Refused(kind) => kind.status().to_string(),
            Self::RefusedOrClosed(status) => format!("{status} or closed"),
            Self::AcceptedOrRefused(status) => format!("2xx or {status}"),
            Self::Once { label, .. } => label.to_owned(),
        }
    }
}
