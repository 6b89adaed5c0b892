//! Splits a response body into the events of its wire protocol, whatever pieces it arrives in. Bounded: a server that
//! never ends a line costs an error, not the memory. Knows nothing of what is in an event.

/// The longest line or event, in bytes.
const LONGEST_LINE: usize = 4 << 20;
/// The longest answer, in bytes on the wire.
const LONGEST_BODY: usize = 16 << 20;

/// How events are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// One JSON value on each line.
    Lines,
    /// Server-sent events; only their `data` counts.
    Events,
}

/// The splitter. Written by hand because the usual crate buffers without limit and drops a last event that has no blank
/// line after it.
#[derive(Debug)]
pub(super) struct Frames {
    framing: Framing,
    line: Vec<u8>,
    data: Option<Vec<u8>>,
    skip_newline: bool,
    received: usize,
}

/// The server sent more than any answer is worth; the text says what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong(pub(super) &'static str);

impl Frames {
    pub(super) fn new(framing: Framing) -> Frames {
        Frames { framing, line: Vec::new(), data: None, skip_newline: false, received: 0 }
    }

    /// The events that `bytes` completes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        self.received = self.received.saturating_add(bytes.len());
        if self.received > LONGEST_BODY {
            return Err(TooLong("an answer of more than 16 MiB"));
        }
        let mut complete = Vec::new();
        for &byte in bytes {
            match byte {
                b'\n' if self.skip_newline => self.skip_newline = false,
                b'\n' | b'\r' => {
                    self.skip_newline = byte == b'\r';
                    complete.extend(self.end_line());
                }
                _ => {
                    self.skip_newline = false;
                    self.line.push(byte);
                }
            }
        }
        let pending = self.line.len() + self.data.as_ref().map_or(0, Vec::len);
        match pending > LONGEST_LINE {
            true => Err(TooLong("a line of more than 4 MiB")),
            false => Ok(complete),
        }
    }

    /// The last event, where the body ended without the line end or blank line that should follow it.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        let last = self.end_line();
        match self.framing {
            Framing::Lines => last,
            Framing::Events => last.or_else(|| self.data.take()),
        }
    }

    fn end_line(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.line);
        match self.framing {
            Framing::Lines => Some(line).filter(|line| !line.trim_ascii().is_empty()),
            Framing::Events if line.is_empty() => self.data.take(),
            Framing::Events => {
                self.field(&line);
                None
            }
        }
    }

    fn field(&mut self, line: &[u8]) {
        let Some(value) = line.strip_prefix(b"data") else {
            return;
        };
        let value = match value.split_first() {
            None => value,
            Some((b':', value)) => value.strip_prefix(b" ").unwrap_or(value),
            Some(_) => return,
        };
        match &mut self.data {
            Some(data) => {
                data.push(b'\n');
                data.extend_from_slice(value);
            }
            None => self.data = Some(value.to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(framing: Framing, pieces: &[&[u8]]) -> Vec<String> {
        let mut frames = Frames::new(framing);
        let mut events: Vec<Vec<u8>> = pieces.iter().flat_map(|piece| frames.push(piece).unwrap()).collect();
        events.extend(frames.finish());
        events.into_iter().map(|event| String::from_utf8(event).unwrap()).collect()
    }

    #[test]
    fn reads_server_sent_events_with_any_line_end() {
        for end in ["\n", "\r\n", "\r"] {
            let body = ": ping||event: x|data: one|id: 7||data:two|data|data:  three|database: no|||data: é||"
                .replace('|', end);
            assert_eq!(split(Framing::Events, &[body.as_bytes()]), ["one", "two\n\n three", "é"], "{end:?}");
        }
    }

    #[test]
    fn gives_the_last_event_without_its_blank_line() {
        assert_eq!(split(Framing::Events, &[b"data: a\n\ndata: b\n"]), ["a", "b"]);
        assert_eq!(split(Framing::Events, &[b"data: a\n\ndata: b"]), ["a", "b"]);
        assert_eq!(split(Framing::Lines, &[b"{}\r\n\r\n {\"a\":1}"]), ["{}", " {\"a\":1}"]);
    }

    #[test]
    fn a_line_that_never_ends_is_an_error() {
        for framing in [Framing::Lines, Framing::Events] {
            let mut frames = Frames::new(framing);
            let piece = vec![b'x'; 1 << 20];
            let outcomes: Vec<_> = (0..5).map(|_| frames.push(&piece).is_ok()).collect();
            assert_eq!(outcomes, [true, true, true, true, false]);
        }
    }

    #[test]
    fn an_event_of_ever_more_lines_and_an_endless_answer_are_errors() {
        let mut line = b"data: ".to_vec();
        line.resize(1 << 20, b'x');
        line.push(b'\n');
        let mut frames = Frames::new(Framing::Events);
        assert!((0..6).any(|_| frames.push(&line) == Err(TooLong("a line of more than 4 MiB"))));
        let mut frames = Frames::new(Framing::Lines);
        assert!((0..17).any(|_| frames.push(&line) == Err(TooLong("an answer of more than 16 MiB"))));
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_events(
            body in "(data: [a-zé😀]{0,6}|:c|[{]\"a\":1[}]|event: x|)((\n|\r\n|\r)(data: [a-zé😀]{0,6}|:c|data:|)){0,12}",
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let bytes = body.as_bytes();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            for framing in [Framing::Lines, Framing::Events] {
                prop_assert_eq!(split(framing, &pieces), split(framing, &[bytes]));
            }
        }
    }
}
