//! What a server says when it cannot answer, out of the many shapes in which servers say it. Draws no conclusion.

use serde_json::Value;

/// How deep to look: Ollama passes on the error of its runner, a proxy that of its provider, as text in their own.
const DEEPEST: usize = 8;

/// An error as the server worded it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ErrorBody {
    /// For people.
    pub(super) message: String,
    /// For programs: types and codes, outermost first.
    pub(super) codes: Vec<String>,
}

impl ErrorBody {
    /// From a response's body, whatever it is: JSON of any known shape, a web page, plain words.
    pub(super) fn from_bytes(bytes: &[u8]) -> ErrorBody {
        let parsed = serde_json::from_slice(bytes).ok().and_then(|value| ErrorBody::from_json(&value));
        parsed.unwrap_or_else(|| {
            let text = String::from_utf8_lossy(bytes);
            ErrorBody { message: one_line(title(&text).unwrap_or(&text), 200), codes: Vec::new() }
        })
    }

    /// From JSON, where it holds an error in any known shape.
    pub(super) fn from_json(value: &Value) -> Option<ErrorBody> {
        let mut body = ErrorBody::default();
        body.collect(value, DEEPEST);
        (!body.message.is_empty() || !body.codes.is_empty()).then_some(body)
    }

    fn collect(&mut self, value: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            Value::String(text) => self.collect_text(text, depth),
            // Gemini sends a list with one error; FastAPI a list of complaints.
            Value::Array(items) => items.iter().take(3).for_each(|item| self.collect(item, depth)),
            Value::Object(object) => {
                for key in ["type", "code", "status", "error_code"] {
                    match object.get(key) {
                        Some(Value::String(code)) if code != "error" => self.codes.push(code.clone()),
                        Some(Value::Number(code)) => self.codes.push(code.to_string()),
                        _ => {}
                    }
                }
                for key in ["details", "error", "message", "detail", "msg"] {
                    if let Some(inner) = object.get(key) {
                        self.collect(inner, depth);
                    }
                }
            }
            _ => {}
        }
    }

    /// A text may hold the error of the server behind this one, as JSON.
    fn collect_text(&mut self, text: &str, depth: usize) {
        match serde_json::from_str::<Value>(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => self.collect(&inner, depth),
            _ if self.message.is_empty() => self.message = one_line(text, 400),
            _ => {
                let both = format!("{}; {text}", self.message);
                self.message = one_line(&both, 400);
            }
        }
    }
}

/// One line of at most `longest` characters, without control characters.
pub(super) fn one_line(text: &str, longest: usize) -> String {
    let visible = |character: char| if character.is_control() { ' ' } else { character };
    let words: String = text.chars().take(longest.saturating_mul(8)).map(visible).collect();
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(longest) {
        None => line,
        Some(_) => line.chars().take(longest.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// The title of a web page, which says more than its head.
fn title(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let length = lower.get(start..)?.find("</title>")?;
    text.get(start..start + length).filter(|title| !title.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_known_shape() {
        let cases = [
            (r#"{"error":"model 'nope' not found"}"#, "model 'nope' not found", ""),
            (r#"{"error":{"message":"m","type":"t","param":null,"code":"c"}}"#, "m", "t c"),
            (
                r#"{"error":"{\"error\":{\"code\":400,\"message\":\"too long\",\"type\":\"exceed_context_size_error\"}}"}"#,
                "too long",
                "exceed_context_size_error 400",
            ),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#,
                "Overloaded",
                "overloaded_error",
            ),
            (
                r#"{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                "m",
                "rate_limit_error enforced_spend_limit_reached",
            ),
            (
                r#"[{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}]"#,
                "slow down",
                "429 RESOURCE_EXHAUSTED",
            ),
            (
                r#"{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","x"],"msg":"Extra inputs are not permitted"}]},"type":"invalid_request_error"}"#,
                "Extra inputs are not permitted",
                "invalid_request_error extra_forbidden",
            ),
            (r#"{"detail":"Not Found"}"#, "Not Found", ""),
            ("<html><head><TITLE>502 Bad\nGateway</TITLE></head><body>nginx</body>", "502 Bad Gateway", ""),
            ("  upstream\tdied\r\n\x1b[31m", "upstream died [31m", ""),
            ("", "", ""),
            ("42", "42", ""),
        ];
        for (body, message, codes) in cases {
            let read = ErrorBody::from_bytes(body.as_bytes());
            assert_eq!((read.message.as_str(), read.codes.join(" ").as_str()), (message, codes), "{body}");
        }
    }

    #[test]
    fn shortens_what_it_does_not_know_to_one_line() {
        let page = format!("<html><body>\n{}</body>", "é x\n".repeat(10_000));
        let line = ErrorBody::from_bytes(page.as_bytes()).message;
        assert_eq!(line.chars().count(), 200);
        assert!(!line.contains('\n') && line.ends_with('…'));
    }

    #[test]
    fn an_error_nested_without_end_is_read_as_far_as_it_makes_sense() {
        let mut body = "\"deep\"".to_owned();
        for _ in 0..50 {
            body = format!("{{\"error\":{body}}}");
        }
        assert!(ErrorBody::from_bytes(body.as_bytes()).message.chars().count() <= 200);
    }
}
