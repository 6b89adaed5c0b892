//! One spoilt answer held to what must come of it, and the edit to the laws. Refuses to choose samples or mutators.

use std::time::Instant;

use graft_ls::syntax::Document;
use graft_ls::text::Encoding;

use super::code::{Answer, Require};
use super::laws::LAWS;
use super::ledger::{Failure, Ledger, Verdict};
use super::mutators::Recipe;
use super::replay::{Reply, document, intended, is_meant, replay};
use super::samples::Sample;

/// The laws that speak of two answers, or of two readings of one.
pub const AGAIN: &str = "the same answer on the edited text changes nothing";
pub const NULL: &str = "an answer that equals the scope changes nothing";
pub const TWICE: &str = "the same answer makes the same edit";
pub const PANIC: &str = "nothing panics";

/// One answer in so many is read twice.
const EVERY: usize = 8;

/// Spoils a sample's perfect answer and its null answer in one way, and feeds the result back; whether the way applies.
pub fn hold(ledger: &mut Ledger, sample: &Sample, recipe: &Recipe) -> bool {
    let Some(answer) = recipe.make(sample) else { return false };
    let trial = Trial { sample, recipe, answer: &answer };
    let got = trial.run(ledger, sample.document.source());
    let right = got.text().is_some_and(|text| is_meant(sample, &answer, &text));
    let verdict = verdict(&got, right, answer.require);
    ledger.enter(sample.change, recipe.parts().iter().map(|mutator| mutator.name), verdict);
    match verdict {
        Verdict::Wrong => trial.fail(ledger, "wrong", sample.document.source(), account_of(sample, &answer, &got)),
        Verdict::Refused => trial.fail(ledger, "refused", sample.document.source(), got.account()),
        Verdict::Exact | Verdict::RefusedRightly => {}
    }
    if let Reply::Edit(edit) = &got {
        for (name, law) in LAWS {
            let broken = law(edit).err();
            ledger.law(name, broken.is_none());
            if let Some(why) = broken {
                trial.fail(ledger, name, sample.document.source(), why);
            }
        }
    }
    if ledger.total.all().is_multiple_of(EVERY) {
        let twice = trial.run(ledger, sample.document.source());
        let same = twice.text() == got.text() && twice.account() == got.account();
        trial.keep(ledger, TWICE, same, sample.document.source(), &twice);
    }
    if right && !recipe.is_patch() {
        trial.again(ledger, &got);
    }
    if answer.require == Require::Exact && answer.meant.is_none() {
        null(ledger, sample, recipe);
    }
    true
}

fn null(ledger: &mut Ledger, sample: &Sample, recipe: &Recipe) {
    let unchanged = sample.unchanged();
    let Some(answer) = recipe.make(&unchanged) else { return };
    let trial = Trial { sample: &unchanged, recipe, answer: &answer };
    let got = trial.run(ledger, unchanged.document.source());
    trial.keep(ledger, NULL, matches!(got, Reply::NoChange), unchanged.document.source(), &got);
}

fn verdict(got: &Reply, right: bool, require: Require) -> Verdict {
    match (got, require) {
        // Where the code was beyond repair in theory only, so much the better.
        (Reply::Edit(_), _) if right => Verdict::Exact,
        (Reply::Edit(_) | Reply::Panic, _) => Verdict::Wrong,
        (_, Require::Refused | Require::ExactOrRefused) => Verdict::RefusedRightly,
        _ => Verdict::Refused,
    }
}

struct Trial<'a> {
    sample: &'a Sample,
    recipe: &'a Recipe,
    answer: &'a Answer,
}

impl Trial<'_> {
    fn run(&self, ledger: &mut Ledger, text: &str) -> Reply {
        let document = document(self.sample, text);
        self.read(ledger, &document)
    }

    fn read(&self, ledger: &mut Ledger, document: &Document) -> Reply {
        let since = Instant::now();
        let got = replay(document, self.sample.cursor(), &self.answer.text, self.answer.finish_reason);
        ledger.seconds.push(since.elapsed().as_secs_f32());
        ledger.law(PANIC, !matches!(got, Reply::Panic));
        ledger.panics += usize::from(matches!(got, Reply::Panic));
        got
    }

    fn again(&self, ledger: &mut Ledger, got: &Reply) {
        let Some(text) = got.text() else { return };
        let edited = Document::new(self.sample.document.language(), &text, None);
        // An import above the scope has moved it; where other definitions begin with the same line, nobody can tell where to.
        let line = first_line(self.sample);
        let only = |text: &str| text.matches(line).count() == 1;
        let told_apart = self.answer.meant.is_some() && only(&text) && only(self.sample.document.source());
        let moved = text.find(line).filter(|_| told_apart);
        if self.answer.meant.is_some() && moved.is_none() {
            return;
        }
        let cursor = moved.map_or(self.sample.cursor(), |at| at + first_line(self.sample).len());
        let again = replay(&edited, cursor, &self.answer.text, self.answer.finish_reason);
        let holds = matches!(again, Reply::NoChange);
        ledger.law(AGAIN, holds);
        if !holds {
            let account = again.account();
            let mut failure = self.failure(AGAIN, "", account);
            let place = edited.position(cursor, Encoding::Utf32);
            failure.cursor = (place.line, place.character);
            failure.expected.clone_from(&text);
            failure.text = text;
            ledger.failures.push(failure);
        }
    }

    fn keep(&self, ledger: &mut Ledger, law: &'static str, holds: bool, text: &str, got: &Reply) {
        ledger.law(law, holds);
        if !holds {
            self.fail(ledger, law, text, account_of(self.sample, self.answer, got));
        }
    }

    fn fail(&self, ledger: &mut Ledger, what: &'static str, text: &str, account: String) {
        ledger.failures.push(self.failure(what, text, account));
    }

    fn failure(&self, what: &'static str, text: &str, account: String) -> Failure {
        let document = document(self.sample, text);
        let place = document.position(self.sample.cursor(), Encoding::Utf32);
        Failure {
            what,
            recipe: self.recipe.name(),
            sample: self.sample.label.clone(),
            change: self.sample.change,
            language: self.sample.document.language().name,
            account,
            text: document.source().to_owned(),
            cursor: (place.line, place.character),
            reply: self.answer.text.clone(),
            finish_reason: self.answer.finish_reason,
            expected: intended(self.sample, self.answer),
        }
    }
}

/// The first line of the definition itself.
fn first_line(sample: &Sample) -> &str {
    sample.document.slice(sample.definition.node.clone()).lines().next().unwrap_or_default()
}

/// What came of an answer, and the first line where an edit differs from what was meant.
fn account_of(sample: &Sample, answer: &Answer, got: &Reply) -> String {
    let Some(text) = got.text() else { return got.account() };
    let meant = intended(sample, answer);
    let same = text.split('\n').zip(meant.split('\n')).take_while(|(a, b)| a == b).count();
    let part = |text: &str| text.split('\n').skip(same).take(3).collect::<Vec<_>>().join("\n");
    format!("line {}: {:?} where {:?} was meant", same + 1, part(&text), part(&meant))
}
