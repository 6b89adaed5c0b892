//! One reply: its content, its pieces, and where it is held, cut or left hanging.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Request;
use super::gate::Gate;
use super::spoken::Spoken;

/// What the server does with one request.
#[derive(Clone)]
pub struct Reply {
    content: Content,
    status: u16,
    headers: Vec<(String, String)>,
    framing: BodyFraming,
    splits: Splits,
    before_head: Option<Interruption>,
    in_body: Vec<(usize, Interruption)>,
    /// A piece that follows the body, so many times.
    flood: Option<(Vec<u8>, usize)>,
}

#[derive(Clone)]
enum Content {
    Answer(Spoken),
    Bytes(Vec<u8>),
}

/// How the body's end is marked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BodyFraming {
    Chunked,
    Length,
    /// By closing the connection: a cut is not to be seen.
    UntilClose,
}

#[derive(Clone)]
enum Splits {
    Whole,
    Every(usize),
    At(Vec<usize>),
}

#[derive(Clone)]
pub(super) enum Interruption {
    Wait(Gate),
    Hang,
    Close,
    Reset,
}

impl Reply {
    /// The model says `text`, in the protocol that the request came in.
    pub fn text(text: &str) -> Reply {
        Reply::new(Content::Answer(Spoken {
            text: text.to_owned(),
            thinking: String::new(),
            finish: "stop".to_owned(),
            model: None,
            input_tokens: 11,
            cached_tokens: 0,
            output_tokens: 7,
            counts: true,
        }))
    }

    /// An error as JSON.
    pub fn error(status: u16, body: Value) -> Reply {
        Reply::bytes("application/json", body.to_string()).status(status).framing(BodyFraming::Length)
    }

    /// An object or a list, and all is well.
    pub fn json(body: Value) -> Reply {
        Reply::error(200, body)
    }

    /// Exactly this body.
    pub fn bytes(content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
        Reply::new(Content::Bytes(body.into())).header("content-type", content_type)
    }

    /// Reads the request and says nothing, ever.
    pub fn silence() -> Reply {
        Reply { before_head: Some(Interruption::Hang), ..Reply::bytes("text/plain", "") }
    }

    /// Reads the request and closes the connection.
    pub fn hang_up() -> Reply {
        Reply { before_head: Some(Interruption::Close), ..Reply::bytes("text/plain", "") }
    }

    fn new(content: Content) -> Reply {
        Reply {
            content,
            status: 200,
            headers: Vec::new(),
            framing: BodyFraming::Chunked,
            splits: Splits::Whole,
            before_head: None,
            in_body: Vec::new(),
            flood: None,
        }
    }

    /// `stop`, `length` or `refusal`, put into the protocol's word; anything else as it is.
    pub fn finish(mut self, reason: &str) -> Reply {
        self.spoken().finish = reason.to_owned();
        self
    }

    /// Reasoning before the text.
    pub fn thinking(mut self, text: &str) -> Reply {
        self.spoken().thinking = text.to_owned();
        self
    }

    /// The id that the server gives the model; else the one that was asked for.
    pub fn model(mut self, id: &str) -> Reply {
        self.spoken().model = Some(id.to_owned());
        self
    }

    pub fn usage(mut self, input_tokens: u64, output_tokens: u64) -> Reply {
        self.spoken().input_tokens = input_tokens;
        self.spoken().output_tokens = output_tokens;
        self
    }

    /// So much of the input the server still had.
    pub fn cached(mut self, tokens: u64) -> Reply {
        self.spoken().cached_tokens = tokens;
        self
    }

    /// The server says nothing of tokens.
    pub fn uncounted(mut self) -> Reply {
        self.spoken().counts = false;
        self
    }

    fn spoken(&mut self) -> &mut Spoken {
        match &mut self.content {
            Content::Answer(spoken) => spoken,
            Content::Bytes(_) => panic!("only a spoken answer has this"),
        }
    }

    pub fn status(mut self, status: u16) -> Reply {
        self.status = status;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Reply {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn framing(mut self, framing: BodyFraming) -> Reply {
        self.framing = framing;
        self
    }

    /// Writes the body in pieces of `bytes`.
    pub fn split_every(mut self, bytes: usize) -> Reply {
        self.splits = Splits::Every(bytes.max(1));
        self
    }

    /// Writes the body in pieces that end at these offsets.
    pub fn split_at(mut self, offsets: impl IntoIterator<Item = usize>) -> Reply {
        self.splits = Splits::At(offsets.into_iter().collect());
        self
    }

    /// Sends nothing before the gate is open.
    pub fn hold(mut self, gate: &Gate) -> Reply {
        self.before_head = Some(Interruption::Wait(gate.clone()));
        self
    }

    /// Stops at an offset of the body until the gate is open.
    pub fn hold_at(self, offset: usize, gate: &Gate) -> Reply {
        self.interrupted(offset, Interruption::Wait(gate.clone()))
    }

    /// Stops at an offset of the body for ever.
    pub fn hang_at(self, offset: usize) -> Reply {
        self.interrupted(offset, Interruption::Hang)
    }

    /// After the body, this piece again and again, `bytes` in all.
    pub fn flood(mut self, piece: impl Into<Vec<u8>>, bytes: usize) -> Reply {
        let piece = piece.into();
        let times = bytes / piece.len();
        self.flood = Some((piece, times));
        self
    }

    /// Closes the connection at an offset of the body.
    pub fn cut_at(self, offset: usize) -> Reply {
        self.interrupted(offset, Interruption::Close)
    }

    /// Resets the connection at an offset of the body.
    pub fn reset_at(self, offset: usize) -> Reply {
        self.interrupted(offset, Interruption::Reset)
    }

    fn interrupted(mut self, offset: usize, interruption: Interruption) -> Reply {
        self.in_body.push((offset, interruption));
        self.in_body.sort_by_key(|(offset, _)| *offset);
        self
    }

    /// The body that answers a request on `path`: what offsets count in.
    pub fn body_for(&self, path: &str) -> Vec<u8> {
        let body = json!({ "model": "asked", "stream_options": { "include_usage": true } });
        self.body(&Request { method: "POST".to_owned(), path: path.to_owned(), headers: BTreeMap::new(), body })
    }

    fn body(&self, request: &Request) -> Vec<u8> {
        match &self.content {
            Content::Bytes(bytes) => bytes.clone(),
            Content::Answer(spoken) => spoken.on_the_wire(request).into_bytes(),
        }
    }

    pub(super) fn steps(&self, request: &Request) -> Vec<Step> {
        let body = self.body(request);
        let mut steps: Vec<Step> = self.before_head.iter().cloned().map(Step::Interrupt).collect();
        steps.push(Step::Write(self.head(request, body.len())));
        let mut ends: BTreeSet<usize> = match &self.splits {
            Splits::Whole => BTreeSet::new(),
            Splits::Every(bytes) => (0..body.len()).step_by(*bytes).collect(),
            Splits::At(offsets) => offsets.iter().copied().collect(),
        };
        ends.extend(self.in_body.iter().map(|(offset, _)| *offset));
        ends.insert(body.len());
        let mut start = 0;
        for end in ends.into_iter().filter(|end| *end <= body.len()) {
            if end > start {
                steps.push(Step::Write(self.framed(&body[start..end])));
                start = end;
            }
            let here = self.in_body.iter().filter(|(offset, _)| *offset == end);
            steps.extend(here.map(|(_, interruption)| Step::Interrupt(interruption.clone())));
        }
        steps.extend(self.flood.iter().map(|(piece, times)| Step::Flood(self.framed(piece), *times)));
        match self.framing {
            BodyFraming::Chunked => steps.push(Step::Write(b"0\r\n\r\n".to_vec())),
            BodyFraming::Length => {}
            BodyFraming::UntilClose => steps.push(Step::Interrupt(Interruption::Close)),
        }
        steps
    }

    fn head(&self, request: &Request, length: usize) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", self.status);
        if let Content::Answer(_) = self.content {
            let kind = if request.path.contains("/api/") { "application/x-ndjson" } else { "text/event-stream" };
            head += &format!("content-type: {kind}\r\n");
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &match self.framing {
            BodyFraming::Chunked => "transfer-encoding: chunked\r\n\r\n".to_owned(),
            BodyFraming::Length => format!("content-length: {length}\r\n\r\n"),
            BodyFraming::UntilClose => "connection: close\r\n\r\n".to_owned(),
        };
        head.into_bytes()
    }

    fn framed(&self, piece: &[u8]) -> Vec<u8> {
        match self.framing {
            BodyFraming::Chunked => [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat(),
            BodyFraming::Length | BodyFraming::UntilClose => piece.to_vec(),
        }
    }
}

/// What is done with the connection.
pub(super) enum Step {
    Write(Vec<u8>),
    Flood(Vec<u8>, usize),
    Interrupt(Interruption),
}
