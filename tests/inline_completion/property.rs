//! Holes in real code, filled with what models give: the right code, too much of it, less of it, something else. Whatever is shown
//! parses no worse than before and repeats nothing.

use std::path::{Path, PathBuf};

use graft_ls::inline_completion::{Ending, Place, Trigger, finish};
use graft_ls::syntax::{Census, Document, Language, line_in_string};

use super::holes::{Tally, holes};
use crate::corpus::chance::Chance;

/// Holes in each file.
const HOLES: usize = 6;
/// Those in each long file.
const PLACES: u64 = 3;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The project's own code, and what its case files are about.
fn files() -> Vec<(&'static Language, String)> {
    let mut open =
        vec![root().join("server/syntax"), root().join("tests/cases/document"), root().join("tests/fixtures")];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            match path.is_dir() {
                true => open.push(path),
                false => found.extend(code(&path)),
            }
        }
    }
    found
}

fn code(path: &Path) -> Option<(&'static Language, String)> {
    let text = std::fs::read_to_string(path).ok()?.replace('\r', "");
    let folder = path.parent()?.file_name()?.to_str()?;
    match path.extension()?.to_str()? {
        "md" => {
            let (_, rest) = text.split_once("```input\n")?;
            Some((Language::by_id(folder)?, rest.split_once("```")?.0.replace("$0", "")))
        }
        _ => Some((Language::by_path(path.to_str()?)?, text)),
    }
}

fn problems(language: &'static Language, text: &str) -> usize {
    Census::of(&Document::new(language, text, None), 0..text.len()).len()
}

fn answers(chance: &mut Chance, gone: &str, after: &str, file: &str) -> Vec<String> {
    let piece = |chance: &mut Chance, text: &str, most: usize| {
        let letters: Vec<char> = text.chars().collect();
        let from = chance.within(0..letters.len().max(1));
        letters.iter().skip(from).take(chance.within(1..most)).collect::<String>()
    };
    let run_on: String = gone.chars().chain(after.chars().take(300)).collect();
    let half: String = gone.chars().take(gone.chars().count() / 2).collect();
    let mut words: Vec<&str> = file.split_inclusive(|c: char| !c.is_alphanumeric()).collect();
    chance.shuffle(&mut words);
    let garbage: String = words.iter().take(12).copied().collect();
    vec![
        gone.to_owned(),
        run_on.clone(),
        half,
        format!("{gone}{gone}{gone}{gone}"),
        gone.replace([')', '}', ']'], ""),
        format!("{gone}))}}}}"),
        format!("{gone}<|endoftext|>{after}"),
        format!("```\n{gone}\n```\nThis code does what you asked for."),
        piece(chance, file, 200),
        piece(chance, &run_on, 80),
        after.lines().next().unwrap_or_default().to_owned(),
        garbage,
    ]
}

/// A file that is longer than what is looked at around a cursor: the file, and enough of its neighbours of the language.
fn long(files: &[(&'static Language, String)], language: &'static Language, file: &str) -> (String, usize) {
    let others = files.iter().filter(|(own, text)| *own == language && text != file).map(|(_, text)| text.as_str());
    let half: String = others
        .cycle()
        .take(200)
        .scan(0, |length, text| {
            *length += text.len();
            (*length < 14_000).then(|| format!("{text}\n"))
        })
        .collect();
    (format!("{half}\n{file}\n{half}"), half.len() + 1)
}

#[test]
fn in_a_long_file_it_is_what_it_is_in_a_short_one() {
    let files = files();
    let (mut asked, mut same, mut near) = (0, 0, 0);
    for (round, (language, file)) in
        (0..PLACES).flat_map(|round| files.iter().step_by(2).map(move |file| (round, file)))
    {
        let mut chance = Chance::of(round, file);
        let (whole, start) = long(&files, language, file);
        if whole.len() < 24_000 || problems(language, &whole) > 0 {
            continue;
        }
        let places: Vec<usize> = file.char_indices().map(|(at, _)| at).collect();
        let from = *chance.pick(&places).unwrap();
        let to = file[from..].find('\n').map_or(file.len(), |at| from + at);
        let text = format!("{}{}", &whole[..start + from], &whole[start + to..]);
        let document = Document::new(language, &text, None);
        document.tree();
        // Behind a string that the hole leaves open, all is a string, as far as the file goes.
        let next = (start + from + 2).min(text.len());
        if text.is_char_boundary(next) && line_in_string(&document, start + from..next).contains(&true) {
            continue;
        }
        let Ok(place) = Place::of(&document, start + from, Trigger::Invoked) else { continue };
        near += usize::from(place.near().0.source().len() < text.len());
        let short = Document::new(language, &format!("{}{}", &file[..from], &file[to..]), None);
        let Ok(alone) = Place::of(&short, from, Trigger::Invoked) else { continue };
        let before = problems(language, &text);
        for answer in answers(&mut chance, &file[from..to], &file[to..], file) {
            asked += 1;
            let kept = finish(&place, &answer, Ending::Whole).text;
            same += usize::from(kept == finish(&alone, &answer, Ending::Whole).text);
            let Some(kept) = kept else { continue };
            let new = format!("{}{kept}{}", &text[..start + from], &text[start + from..]);
            assert!(
                problems(language, &new) <= before,
                "{}: {answer:?} became {kept:?} at {from} of\n{file}",
                language.name
            );
        }
    }
    assert!(asked > 200 && near * 24 > asked && same * 100 > asked * 97, "{same} of {asked} the same, {near} near");
}

#[test]
fn answers_that_run_on_end_where_the_body_does() {
    let mut tally = Tally::default();
    let mut wrong = String::new();
    for (language, file) in files() {
        let document = Document::new(language, &file, None);
        holes(&document, 0, 4, &mut tally, &mut |what, story| wrong = format!("{what}: {}", story()));
    }
    assert_eq!((tally.worse, tally.repeats), (0, 0), "{wrong}");
    assert!(tally.holes > 100 && tally.cut_right() >= 0.97, "{}, such as {wrong}", tally.row());
}

#[test]
fn what_is_shown_parses_no_worse_and_repeats_nothing() {
    let (mut asked, mut shown) = (0, 0);
    for (language, file) in files() {
        let mut chance = Chance::of(5, &file);
        for _ in 0..HOLES {
            let places: Vec<usize> = file.char_indices().map(|(at, _)| at).collect();
            let from = *chance.pick(&places).unwrap();
            let line_end = file[from..].find('\n').map_or(file.len(), |at| from + at);
            let to = if chance.within(0..3) == 0 { from } else { line_end };
            let text = format!("{}{}", &file[..from], &file[to..]);
            let document = Document::new(language, &text, None);
            let Ok(place) = Place::of(&document, from, Trigger::Invoked) else { continue };
            let before = problems(language, &text);
            for answer in answers(&mut chance, &file[from..to], &file[to..], &file) {
                asked += 1;
                let Some(kept) = finish(&place, &answer, Ending::Whole).text else { continue };
                shown += 1;
                let new = format!("{}{kept}{}", &text[..from], &text[from..]);
                let story = || format!("{}: {answer:?} became {kept:?} at {from} of\n{text}", language.name);
                assert!(problems(language, &new) <= before, "parses worse: {}", story());
                assert!(
                    !kept.trim().is_empty() && !kept.lines().any(|line| line.trim_start().starts_with("```")),
                    "{}",
                    story()
                );
                let next = text[from..].lines().map(str::trim).find(|line| line.chars().any(char::is_alphanumeric));
                let last = kept.lines().map(str::trim).rfind(|line| !line.is_empty());
                let first_is_next = text[from..].trim_start().starts_with(next.unwrap_or("\0"));
                assert!(!first_is_next || last != next, "repeats: {}", story());
            }
        }
    }
    assert!(asked > 3000 && shown * 5 > asked, "{shown} of {asked} shown");
}
