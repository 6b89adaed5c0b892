//! Some files' text, and where each run of tokens stands in it. Made once and never changed. Refuses files that nobody wrote by hand
//! in lines.

use std::path::PathBuf;

use super::tokens::each_key;

/// The longest file that is taken in, in bytes.
pub const LONGEST_FILE: usize = 512 * 1024;
/// Lines of code are shorter than this on average, in bytes; those of packed code are not.
const LONG_LINE: usize = 160;

/// A file of the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFile {
    /// Its absolute path.
    pub path: PathBuf,
    /// As it is shown: from the project's root, with `/`.
    pub shown: String,
}

/// Whether a file's content is code that somebody wrote: text, not too long, in lines.
pub fn is_readable(text: &str) -> bool {
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    text.len() <= LONGEST_FILE && text.len() / lines < LONG_LINE && !text.contains('\0')
}

/// Some files. Their texts have `\n` line ends.
#[derive(Debug, Default)]
pub struct Volume {
    text: String,
    files: Vec<(OwnFile, usize)>,
    /// Where each bucket of keys begins in `places`; one more than there are buckets.
    starts: Vec<u32>,
    /// Ends of tokens, in bytes of `text`.
    places: Vec<u32>,
    shift: u32,
}

impl Volume {
    /// The files, read in.
    pub fn of(files: impl IntoIterator<Item = (OwnFile, String)>) -> Volume {
        let mut volume = Volume::default();
        let mut found: Vec<(u64, u32)> = Vec::new();
        for (file, text) in files {
            let start = volume.text.len();
            each_key(text.as_bytes(), |end, key| {
                // Where the line ends there is nothing to go on with.
                let goes_on = text.as_bytes().get(end).is_some_and(|byte| !matches!(byte, b'\n' | b'\r'));
                if let (true, Ok(place)) = (goes_on, u32::try_from(start + end)) {
                    found.push((key, place));
                }
            });
            volume.text.push_str(&text);
            volume.files.push((file, start));
        }
        volume.text.shrink_to_fit();
        volume.sort(&found);
        volume
    }

    fn sort(&mut self, found: &[(u64, u32)]) {
        let buckets = (found.len() / 4).next_power_of_two().max(2);
        self.shift = u64::BITS - buckets.trailing_zeros();
        let mut starts = vec![0u32; buckets + 1];
        for (key, _) in found {
            starts[self.bucket(*key) + 1] += 1;
        }
        for bucket in 0..buckets {
            starts[bucket + 1] += starts[bucket];
        }
        let mut next = starts.clone();
        self.places = vec![0; found.len()];
        for (key, place) in found {
            let slot = &mut next[self.bucket(*key)];
            self.places[*slot as usize] = *place;
            *slot += 1;
        }
        self.starts = starts;
    }

    fn bucket(&self, key: u64) -> usize {
        // The sum's low bits are weak.
        (key.wrapping_mul(0xFF51_AFD7_ED55_8CCD) >> self.shift) as usize
    }

    /// Where a key may stand: the ends of its last tokens, in bytes of [`Volume::text`]; others with them.
    pub(super) fn places(&self, key: u64) -> &[u32] {
        let bucket = self.bucket(key);
        let range = self.starts.get(bucket).zip(self.starts.get(bucket + 1));
        range.and_then(|(from, to)| self.places.get(*from as usize..*to as usize)).unwrap_or_default()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The file that holds byte `at`, and where it begins.
    pub(super) fn file(&self, at: usize) -> Option<(&OwnFile, usize)> {
        let after = self.files.partition_point(|(_, start)| *start <= at);
        self.files.get(after.checked_sub(1)?).map(|(file, start)| (file, *start))
    }

    /// Its files.
    pub fn files(&self) -> impl Iterator<Item = &OwnFile> {
        self.files.iter().map(|(file, _)| file)
    }

    /// Bytes of code.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What it takes of memory, in bytes, but for paths.
    pub fn memory(&self) -> usize {
        self.text.capacity() + 4 * (self.starts.capacity() + self.places.capacity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own_code::tokens::last_key;

    fn file(name: &str) -> OwnFile {
        OwnFile { path: PathBuf::from("/w").join(name), shown: name.to_owned() }
    }

    #[test]
    fn finds_every_run_of_tokens_in_its_file() {
        let (a, b) = ("fn a() { let x = b(c, d); }\n", "fn b() { let x = b(c, e); }\n");
        let volume = Volume::of([(file("a.rs"), a.to_owned()), (file("b.rs"), b.to_owned())]);
        let key = last_key(b"fn z() { let x = b(c,").unwrap();
        let found: Vec<(&str, &str)> = volume
            .places(key)
            .iter()
            .filter(|at| volume.text()[..**at as usize].ends_with("x = b(c,"))
            .map(|at| (volume.file(*at as usize).unwrap().0.shown.as_str(), &volume.text()[*at as usize..][..2]))
            .collect();
        assert_eq!(found, [("a.rs", " d"), ("b.rs", " e")]);
    }

    #[test]
    fn takes_three_times_the_code_at_most() {
        let code = include_str!("volume.rs").to_owned();
        let volume = Volume::of([(file("volume.rs"), code.repeat(20))]);
        assert!(volume.memory() < 3 * volume.len(), "{} for {}", volume.memory(), volume.len());
    }

    #[test]
    fn packed_code_and_what_is_no_text_is_left_out() {
        assert!(is_readable("fn a() {}\n") && is_readable(""));
        assert!(!is_readable(&"x=1;".repeat(1000)) && !is_readable("a\0b\n"));
        assert!(!is_readable(&"a b\n".repeat(LONGEST_FILE / 4 + 1)));
    }
}
