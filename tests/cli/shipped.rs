//! What packages ship beside the program.

use std::path::Path;

use super::run;

#[test]
fn packages_get_completions_and_a_manual_page() {
    for (arguments, part) in [
        (&["completions", "bash"][..], "complete -F "),
        (&["completions", "zsh"], "#compdef graft-ls"),
        (&["completions", "fish"], "complete -c graft-ls"),
        (&["man"], ".TH graft-ls 1"),
    ] {
        let (code, stdout, stderr) = run(Path::new("."), arguments, "");
        assert!(code == 0 && stdout.contains(part), "{arguments:?}: {stdout}{stderr}");
        assert!(stdout.contains("doctor"), "{arguments:?}: {stdout}");
    }
    // People are not shown what is only for packages.
    let (_, help, _) = run(Path::new("."), &["--help"], "");
    assert!(!help.contains("completions"), "{help}");
}
