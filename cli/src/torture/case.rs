//! A case: what is sent, and which answer is right.

use hookseal::ErrorKind;

use crate::input::Header;

/// Something to send, and what a right receiver answers.
pub(super) struct Case {
    pub(super) group: Group,
    /// The form of its signature, such as `contio-body`.
    pub(super) form: &'static str,
    /// A name for `--only`, unique within a form.
    pub(super) name: &'static str,
    /// What is sent, for people.
    pub(super) sent: &'static str,
    /// What goes wrong where the answer is wrong.
    pub(super) why: &'static str,
    pub(super) expected: Expected,
    /// One delivery after the other; the answer to each has to be right.
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
}

/// The right answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// 2xx.
    Accepted,
    /// 4xx; best the status of this kind of error.
    Refused(ErrorKind),
    /// 4xx, best this one, or a connection that the receiver closes.
    RefusedOrClosed(u16),
    /// 2xx, or 4xx, best this one: what reaches the receiver is up to the server around it.
    AcceptedOrRefused(u16),
}

/// A request, and how it goes over the wire.
#[derive(Clone)]
pub(super) struct Delivery {
    pub(super) headers: Vec<Header>,
    pub(super) body: Vec<u8>,
    pub(super) manner: Manner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// At once, with its length.
    Whole,
    /// In chunks of this many bytes, and without a length.
    Chunked(usize),
    /// The body in this many pieces, with a pause before each.
    SlowBody(usize),
    /// The headers in small pieces with pauses, and the body at once.
    SlowHead,
    /// At once, while another connection has sent half of its headers and waits.
    BesideSlow,
    /// A length that is this many bytes too large, and no more sending after the body.
    Short(usize),
    /// Half of the body, and then the connection is closed in both directions.
    Cut,
    /// In chunks, without the last one; then no more sending.
    CutChunks,
}

impl Delivery {
    pub(super) fn new(headers: Vec<Header>, body: impl Into<Vec<u8>>) -> Self {
        Self { headers, body: body.into(), manner: Manner::Whole }
    }

    pub(super) fn sent(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }

    pub(super) fn with(mut self, header: Header) -> Self {
        self.headers.push(header);
        self
    }
}

impl Group {
    pub(super) const ALL: [Self; 7] =
        [Self::Genuine, Self::Signature, Self::Time, Self::Headers, Self::Body, Self::Envelope, Self::Wire];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::Signature => "signature",
            Self::Time => "time",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::Envelope => "envelope",
            Self::Wire => "wire",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Genuine => "Genuine",
            Self::Signature => "Signatures that are none",
            Self::Time => "Times that are none, and replays",
            Self::Headers => "Headers",
            Self::Body => "Bodies that were not signed",
            Self::Envelope => "Well signed, and no envelope",
            Self::Wire => "On the wire",
        }
    }
}

impl Expected {
    /// For the table and the JSON, such as `401`.
    pub(super) fn shown(self) -> String {
        match self {
            Self::Accepted => "2xx".to_owned(),
            Self::Refused(kind) => kind.status().to_string(),
            Self::RefusedOrClosed(status) => format!("{status} or closed"),
            Self::AcceptedOrRefused(status) => format!("2xx or {status}"),
        }
    }
}
