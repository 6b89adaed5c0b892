//! Opens a streamed response: connections, keys, the time limits until an answer begins, and the only retries there
//! are, those before it begins. Reads no answer.

use std::collections::HashMap;
use std::sync::{Mutex, Once};
use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::answer::{Clock, Event, compression};
use super::anthropic;
use super::error::{ErrorClass, ModelError};
use super::error_body::ErrorBody;
use super::failures::{Failures, root_cause};
use super::lock;
use super::wire::{KeyHeader, WireRequest};
use crate::config::{Provider, ProviderKind};

/// llama-server closes idle connections after 5 s; one taken from the pool at that moment is a lost request.
const POOL_IDLE: Duration = Duration::from_secs(3);
/// How often a server that loads its model is asked whether it is ready.
const LOADING_POLL: Duration = Duration::from_millis(500);
/// An error's text needs no more, in bytes.
const LONGEST_ERROR: usize = 64 << 10;

/// HTTP clients by what cannot be changed on one. Made when first needed: one that speaks TLS reads the machine's
/// certificates, which takes milliseconds.
#[derive(Default)]
pub(super) struct Clients {
    by_need: Mutex<HashMap<Need, Client>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Need {
    connect_timeout: Duration,
    tls: bool,
    loopback: bool,
}

impl Clients {
    /// The client for a provider; the error says why there is none.
    pub(super) fn get(&self, provider: &Provider) -> Result<Client, String> {
        let need = Need {
            connect_timeout: provider.connect_timeout,
            tls: provider.base_url.scheme() == "https",
            loopback: provider.is_loopback(),
        };
        let mut clients = lock(&self.by_need);
        if let Some(client) = clients.get(&need) {
            return Ok(client.clone());
        }
        let client = client(need).map_err(|error| root_cause(&error))?;
        clients.insert(need, client.clone());
        Ok(client)
    }
}

fn client(need: Need) -> Result<Client, reqwest::Error> {
    static TLS: Once = Once::new();
    // An error means that the process has a provider already, which is as good.
    TLS.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let mut builder = Client::builder()
        .connect_timeout(need.connect_timeout)
        .pool_idle_timeout(POOL_IDLE)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .redirect(Policy::none())
        .user_agent(concat!("graft-ls/", env!("CARGO_PKG_VERSION")));
    if !need.tls {
        // A machine without certificates can still talk to its own Ollama.
        builder = builder.tls_certs_only([]);
    }
    if need.loopback {
        // Code for this machine does not take the way over the company's proxy.
        builder = builder.no_proxy();
    }
    builder.build()
}

/// The request as HTTP; the error says what cannot be sent.
pub(super) fn build(
    client: &Client,
    provider: &Provider,
    request: &WireRequest,
    key: Option<&SecretString>,
) -> Result<Request, String> {
    let mut headers = headers(&request.headers, request.key_header, key)?;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let url = endpoint(provider, request.path);
    let body = serde_json::to_vec(&request.body).map_err(|error| error.to_string())?;
    client.post(url).headers(headers).body(body).build().map_err(|error| root_cause(&error.without_url()))
}

/// A question without a body, as HTTP; the error says what cannot be sent.
pub(super) fn build_get(
    client: &Client,
    provider: &Provider,
    path: &str,
    key: Option<&SecretString>,
) -> Result<Request, String> {
    let (own, key_header) = match provider.kind {
        ProviderKind::Anthropic => (&anthropic::HEADERS[..], KeyHeader::XApiKey),
        _ => (&[][..], KeyHeader::Bearer),
    };
    let headers = headers(own, key_header, key)?;
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let mut url = endpoint(provider, path);
    url.set_query(query);
    client.get(url).headers(headers).build().map_err(|error| root_cause(&error.without_url()))
}

fn headers(
    own: &[(&'static str, &'static str)],
    key_header: KeyHeader,
    key: Option<&SecretString>,
) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in own {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Some(key) = key {
        let (name, text) = match key_header {
            KeyHeader::Bearer => (AUTHORIZATION, format!("Bearer {}", key.expose_secret())),
            KeyHeader::XApiKey => (HeaderName::from_static("x-api-key"), key.expose_secret().to_owned()),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| "the key does not fit a header".to_owned())?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

/// People write base URLs with and without the version, and some paste the whole address.
fn endpoint(provider: &Provider, path: &str) -> Url {
    let mut url = provider.base_url.clone();
    let base = url.path().trim_end_matches('/').to_owned();
    let unversioned = path.strip_prefix("/v1").unwrap_or(path);
    let is_version =
        |segment: &str| segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let full = if base.ends_with(unversioned) {
        base
    } else if provider.kind == ProviderKind::Ollama || unversioned == path {
        // What has no version stands at the root.
        let ends = ["/v1", "/api", "/beta"];
        let root = ends.into_iter().find_map(|end| base.strip_suffix(end)).unwrap_or(&base);
        format!("{root}{path}")
    } else if base.split('/').any(is_version) {
        format!("{base}{unversioned}")
    } else {
        format!("{base}{path}")
    };
    url.set_path(&full);
    url
}

/// Sends until an answer begins. Retries only what cannot have begun one: a connection that died unused (once), a
/// server that is loading (while the time for the first token lasts), one that is overloaded (twice).
pub(super) async fn open(
    client: &Client,
    request: Request,
    clock: &Clock,
    failures: &Failures<'_>,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Result<Response, ModelError> {
    let backoff = ExponentialBuilder::default().with_min_delay(LOADING_POLL).with_max_times(2).with_jitter();
    let mut overload_pauses = backoff.build();
    let mut may_die = true;
    loop {
        let Some(copy) = request.try_clone() else {
            return Err(failures.no_client("the request cannot be repeated"));
        };
        let response = match clock.limit(failures, client.execute(copy)).await? {
            Ok(response) => response,
            Err(error) if may_die && died_unanswered(&error) => {
                may_die = false;
                continue;
            }
            Err(error) => return Err(failures.unreachable(error)),
        };
        if response.status().is_success() {
            return Ok(response);
        }
        let error = failure(response, clock, failures).await?;
        let pause = match error.class {
            ErrorClass::Loading => Some(LOADING_POLL),
            ErrorClass::Overloaded => overload_pauses.next().map(|pause| error.retry_after.unwrap_or(pause)),
            _ => None,
        };
        let Some(pause) = pause.filter(|pause| clock.allows(*pause)) else {
            return Err(error);
        };
        if error.class == ErrorClass::Loading {
            on_event(Event::Loading);
        }
        tokio::time::sleep(pause).await;
    }
}

/// The connection was there and closed without a byte of an answer, as one from the pool may.
fn died_unanswered(error: &reqwest::Error) -> bool {
    error.is_request() && !error.is_connect() && !error.is_timeout()
}

/// The error that a response is; the outer error is a timeout.
pub(super) async fn failure(
    mut response: Response,
    clock: &Clock,
    failures: &Failures<'_>,
) -> Result<ModelError, ModelError> {
    let status = response.status().as_u16();
    if response.status().is_redirection() {
        let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let target = target.and_then(|target| response.url().join(target).ok());
        return Ok(failures.redirect(status, target.as_ref()));
    }
    let retry_after = retry_after(response.headers(), SystemTime::now());
    let mut body = Vec::new();
    while compression(&response).is_none() && body.len() < LONGEST_ERROR {
        match clock.limit(failures, response.chunk()).await? {
            Ok(Some(bytes)) => body.extend_from_slice(&bytes),
            Ok(None) | Err(_) => break,
        }
    }
    Ok(failures.server(Some(status), &ErrorBody::from_bytes(&body), retry_after))
}

/// OpenAI's milliseconds, seconds, or a date, which counts from `now`; one that has passed means at once.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |name: &str| text(name)?.parse::<f64>().ok();
    let seconds = number("retry-after-ms").map(|milliseconds| milliseconds / 1000.0).or_else(|| number("retry-after"));
    match seconds {
        Some(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        None => {
            let date = httpdate::parse_http_date(text("retry-after")?).ok()?;
            Some(date.duration_since(now).unwrap_or(Duration::ZERO))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_long_to_wait_in_every_form() {
        let now = httpdate::parse_http_date("Sat, 21 Nov 2026 12:00:00 GMT").unwrap();
        for (name, value, expected) in [
            ("retry-after", "7", Some(7_000)),
            ("retry-after", " 0.5 ", Some(500)),
            ("retry-after-ms", "250", Some(250)),
            ("retry-after", "Sat, 21 Nov 2026 12:01:30 GMT", Some(90_000)),
            ("retry-after", "Saturday, 21-Nov-26 12:00:10 GMT", Some(10_000)),
            ("retry-after", "Sat, 21 Nov 2026 11:00:00 GMT", Some(0)),
            ("retry-after", "soon", None),
            ("retry-after", "-3", None),
        ] {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_millis), "{value}");
        }
    }
}
