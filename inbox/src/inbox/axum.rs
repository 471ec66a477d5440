//! The handler for axum.

use std::pin::Pin;

use axum_core::extract::{FromRequest as _, Request};
use axum_core::response::{IntoResponse as _, Response};
use hookseal_web::{Receiver, Webhook};

use super::{Inbox, Put};
use crate::axum::duplicate;

type Answered = Pin<Box<dyn Future<Output = Response> + Send>>;

impl Inbox {
    /// A handler for axum 0.8 that verifies each delivery, stores it, and answers 200 once it is on the disk; 503 if it
    /// could not be stored, and a refusal as the receiver does.
    ///
    /// ```
    /// # use hookseal_inbox::Inbox;
    /// # use hookseal_web::Receiver;
    /// # fn app(inbox: Inbox) -> Result<axum::Router, hookseal::Error> {
    /// use axum::Router;
    /// use axum::routing::post;
    ///
    /// let receiver = Receiver::contio("the endpoint's secret")?;
    /// let app = Router::new().route("/webhooks/contio", post(inbox.receive(receiver)));
    /// # Ok(app)
    /// # }
    /// ```
    pub fn receive(&self, receiver: Receiver) -> impl Fn(Request) -> Answered + Clone + Send + Sync + use<> {
        let inbox = self.clone();
        move |request| {
            let (inbox, receiver) = (inbox.clone(), receiver.clone());
            Box::pin(async move {
                match Webhook::<()>::from_request(request, &receiver).await {
                    Ok(webhook) => inbox.answer(&webhook).await,
                    Err(refusal) => refusal.into_response(),
                }
            })
        }
    }

    async fn answer(&self, webhook: &Webhook<()>) -> Response {
        match self.put(&webhook.delivery).await {
            Ok(Put::Duplicate { .. }) => duplicate(),
            Ok(_) => ().into_response(),
            Err(error) => error.into_response(),
        }
    }
}
