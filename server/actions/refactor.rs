//! `refactor`: the scope rewritten, with an instruction or for clarity alone; name and place stay.
//!
//! Before: a function with three nested ifs. After: the same function with early returns.

use super::instruction::{addressed_in, near};
use super::{ActionId, Offer, Place, Plan, Request, Row, called};
use crate::prompt::Ask;
use crate::reply::Promise;
use crate::syntax::Scope;
use crate::validate::Rejection;

pub(super) static ROW: Row = Row { offers, plan };

fn offers(place: &Place<'_>) -> Vec<Offer> {
    let title = |scope: &Scope| Offer::new(ActionId::Refactor, format!("Graft: refactor {}", called(scope)));
    place.scope.as_ref().map(title).into_iter().collect()
}

fn plan(request: &Request<'_>) -> Result<Plan, Rejection> {
    let scope =
        request.scope("there is nothing here to refactor; put the cursor in a definition or select some code")?;
    let at_cursor = near(request.document, request.range.start).filter(|found| found.addressed);
    let comment = at_cursor.or_else(|| addressed_in(request.document, scope.range.clone()));
    let comment = comment.filter(|found| scope.range.start <= found.range.start && found.range.end <= scope.range.end);
    let instruction =
        request.instruction.map(str::to_owned).or_else(|| comment.as_ref().map(|found| found.text.clone()));
    let task = match instruction {
        Some(_) => "Rewrite the code below as the instruction says. Keep everything else as it is.",
        None => {
            "Refactor the code below: make it clearer and simpler without changing what it does. Change only what becomes better."
        }
    };
    let answer = match scope.definitions().is_empty() {
        true => "Reply with the complete new text of the code, with everything that stays, at the same indentation.",
        false => {
            "Reply with the complete new text of the code, with its comments and attributes. Keep its name and its signature unless the instruction says otherwise."
        }
    };
    let mut plan = Plan::rewrite(
        scope,
        Promise::Scope,
        Ask { task: task.to_owned(), answer: answer.to_owned(), notes: Vec::new() },
    );
    plan.instruction = instruction;
    plan.remove = comment.map(|found| found.lines).unwrap_or_default();
    Ok(plan)
}
