//! The extractor for actix-web.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, ContentType};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, web};
use bytes::{Bytes, BytesMut};
use futures_core::Stream as _;
use hookseal::{Error, ErrorKind};

use crate::receiver::{Receiver, check_size, log_refusal};
use crate::refusal::Refusal;
use crate::webhook::{FromDelivery, Webhook};

/// Reads and verifies the body, as it was sent: before any decompression. The [`Receiver`] is in the app's data, as
/// itself or as `web::Data`.
impl<T: FromDelivery> FromRequest for Webhook<T> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let data = request.app_data::<web::Data<Receiver>>().map(|data| &***data);
            let Some(receiver) = request.app_data::<Receiver>().or(data) else {
                log::error!(target: "hookseal", "no hookseal_web::Receiver in the app's data: add .app_data(receiver)");
                let error = Error::from(ErrorKind::InvalidArgument);
                log_refusal(&error);
                return Err(error.into());
            };
            match read(&request, payload, receiver.max_body()).await {
                Ok(body) => receiver.receive(request.headers(), body),
                Err(error) => Err(receiver.refuse(error)),
            }
        })
    }
}

/// The whole body, not copied if it arrives in one piece; a body that is declared to be larger than the limit is not
/// read.
async fn read(request: &HttpRequest, payload: Payload, limit: u64) -> Result<Bytes, Error> {
    // actix-web has refused a Content-Length that is not a number.
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    check_size(declared.unwrap_or_default(), limit)?;
    let mut payload = pin!(payload);
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(chunk) = poll_fn(|context| payload.as_mut().poll_next(context)).await {
        // The sender has gone, or broke its own framing.
        let chunk = chunk.map_err(|_| ErrorKind::BodyNotRead)?;
        let length = (first.len() + joined.len() + chunk.len()) as u64;
        check_size(length, limit)?;
        if first.is_empty() && joined.is_empty() {
            first = chunk;
        } else {
            joined.extend_from_slice(&std::mem::take(&mut first));
            joined.extend_from_slice(&chunk);
        }
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.error().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::build(self.status_code()).content_type(ContentType::json()).body(self.body())
    }
}
