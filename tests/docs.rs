//! The documentation, checked against what it speaks of: generated parts are those of the code, blocks and links hold, tables
//! name what there is. Refuses to judge sentences.
//!
//! Where the code has changed, `GRAFT_UPDATE_DOCS=1 cargo test docs` writes the generated parts anew. Read the diff.

mod checkup;
mod facts;
mod generated;
mod kept;
mod page;
mod vscode;

use std::path::Path;

use graft_ls::config::{Config, ConfigFile, ProviderKind};
use serde_json::Value;

use self::page::{Page, pages, root};
use crate::support::binary::graft;

#[test]
fn generated_parts_are_those_of_the_code() {
    let update = std::env::var_os("GRAFT_UPDATE_DOCS").is_some();
    let mut stale = Vec::new();
    for page in pages() {
        let new = page.regenerated(generated::part);
        if new == page.text {
            continue;
        }
        if update {
            std::fs::write(root().join(&page.path), &new).unwrap();
        } else {
            stale.push(page.path);
        }
    }
    assert!(stale.is_empty(), "GRAFT_UPDATE_DOCS=1 cargo test docs brings these up to date: {}", stale.join(", "));
}

#[test]
fn every_generated_part_stands_on_a_page() {
    let pages = pages();
    for name in generated::names() {
        assert!(pages.iter().any(|page| page.text.contains(&page::opening(&name))), "no page has the part `{name}`");
    }
}

#[test]
fn the_quick_start_prints_what_the_readme_says() {
    let readme = Page::read("README.md");
    let blocks = readme.section("Quick start").blocks();
    let command = blocks.iter().position(|block| block.info == "sh").unwrap();
    let (_, arguments) = blocks[command].text.split_once(" -- ").unwrap();
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let output = graft(&arguments, &root(), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), blocks[command + 1].text);
    assert!(output.status.success());
}

#[test]
fn toml_blocks_are_configs() {
    let mut count = 0;
    for page in pages() {
        for block in page.blocks() {
            let result = read_config(&block.text);
            match block.info.as_str() {
                "toml" => {
                    assert!(result.is_ok(), "{}: {}\n{}", page.path, result.err().unwrap_or_default(), block.text);
                    count += 1;
                }
                "toml mistake" => assert!(result.is_err(), "{}: no mistake in\n{}", page.path, block.text),
                // Another program's file.
                "toml helix" => assert!(block.text.contains("language-server"), "{}: {}", page.path, block.text),
                info => assert!(!info.starts_with("toml"), "{}: `{info}` is neither ours nor named", page.path),
            }
        }
    }
    assert!(count >= 6, "only {count} blocks of TOML");
}

#[test]
fn every_kind_of_provider_has_a_block() {
    let page = Page::read("docs/configuration.md");
    let blocks: Vec<String> = page.blocks().into_iter().filter(|block| block.info == "toml").map(|b| b.text).collect();
    for kind in ProviderKind::all() {
        let line = format!("kind = \"{}\"", kind.as_str());
        assert!(blocks.iter().any(|block| block.contains(&line)), "{line}");
    }
}

#[test]
fn relative_links_resolve() {
    let pages = pages();
    let mut count = 0;
    for page in &pages {
        for link in page.links() {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
            let target = if path.is_empty() { page.path.clone().into() } else { folder.join(path) };
            assert!(root().join(&target).exists(), "{}: {link} leads nowhere", page.path);
            if !anchor.is_empty() {
                let target = Page::read(&target.to_string_lossy());
                assert!(target.anchors().iter().any(|own| own == anchor), "{}: {link} leads to no heading", page.path);
            }
            count += 1;
        }
    }
    assert!(count >= 8, "only {count} links");
}

#[test]
fn the_changelog_has_a_place_for_what_is_new() {
    assert!(Page::read("CHANGELOG.md").text.lines().any(|line| line == "## Unreleased"));
}

fn read_config(text: &str) -> Result<Config, String> {
    // The pages show Unix; the name is what messages start with.
    let file = ConfigFile { path: "config.toml".into(), text: text.to_owned() };
    Config::from_layers(Some(&file), &Value::Null).map_err(|error| error.to_string())
}
