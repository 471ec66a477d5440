//! The handler for axum.

use axum_core::extract::Request;
use axum_core::response::{IntoResponse as _, Response};
use hookseal_web::{Receiver, Webhook};

use super::{Inbox, Put};
use crate::axum::{self, Answered, duplicate};

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
        axum::receive(receiver, move |webhook| {
            let inbox = inbox.clone();
            async move { inbox.answer(&webhook).await }
        })
    }

    async fn answer(&self, webhook: &Webhook<()>) -> Response {
        match self.put(&webhook.delivery).await {
            Ok(Put::Duplicate { .. }) => duplicate(),
            Ok(_) => ().into_response(),
            Err(error) => error.into_response(),
        }
    }
}
