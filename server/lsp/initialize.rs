//! The first request: what the client can do, how it counts, and what Graft offers it. Refuses no client: what is not
//! announced is taken as absent.

use std::path::PathBuf;

use tower_lsp::gen_lsp_types::{
    ChangeNotifications, CodeActionOptions, CodeActionProvider, CodeActionTag, CompletionOptions,
    ExecuteCommandOptions, InitializeParams, InitializeResult, InlineCompletionProvider, PositionEncodingKind,
    ResourceOperationKind, Save, ServerCapabilities, ServerInfo, TextDocumentSync, TextDocumentSyncKind,
    TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};

use super::execute_command::COMMANDS;
use super::to_proto::{CANCEL_KIND, code_action_kind, kind};
use super::uri::path_of;
use crate::actions::ActionId;
use crate::text::Encoding;

/// What the client can do, of what Graft asks about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// In what characters are counted.
    pub(super) encoding: Encoding,
    /// Code actions may be more than commands.
    pub(super) action_literals: bool,
    /// Actions may be marked as made by a model.
    pub(super) model_tag: bool,
    /// Progress may be created by the server.
    pub(super) progress: bool,
    /// An edit may create files.
    pub(super) create_files: bool,
    /// The client shows an edit that needs confirmation and asks for it. Neovim 0.12 says that it does; but it shows no
    /// change, takes Enter for a yes in the middle of typing, and tells of a no as of an edit that was made.
    pub(super) confirms_edits: bool,
    /// The server may have a document shown.
    pub(super) show_documents: bool,
    /// The least version that the client checks. Neovim opens documents as version 0, takes edits for versions up to 0
    /// unchecked, and tells of changes 150 ms late: an edit for 0 would land on lines that have moved. Its later versions
    /// are its change ticks, all larger than 1.
    pub(super) least_version: Option<i32>,
    /// To the client an empty document is a line with its end. Neovim then gives a text that comes into it a second one, unless
    /// the range goes beyond the line: by that it knows that the line's end is meant.
    pub(super) empty_is_a_line: bool,
    /// The workspace's folders at the start.
    pub(super) folders: Vec<PathBuf>,
    /// The server may ask to be told of changed files.
    pub(super) watches_files: bool,
    /// Also of files in a folder that is not the workspace's.
    pub(super) watches_outside: bool,
}

impl Abilities {
    /// What the client announced.
    pub(super) fn of(params: &InitializeParams) -> Abilities {
        let capabilities = &params.capabilities;
        let actions = capabilities.text_document.as_ref().and_then(|document| document.code_action.as_ref());
        let tags = actions.and_then(|actions| actions.tag_support.as_ref());
        let edits = capabilities.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
        let operations = edits.and_then(|edits| edits.resource_operations.as_ref());
        let window = capabilities.window.as_ref();
        let is_neovim = params.client_info.as_ref().is_some_and(|client| client.name == "Neovim");
        let watched = capabilities.workspace.as_ref().and_then(|own| own.did_change_watched_files.as_ref());
        let watches_files = watched.is_some_and(|own| own.dynamic_registration == Some(true));
        Abilities {
            watches_files,
            watches_outside: watches_files && watched.is_some_and(|own| own.relative_pattern_support == Some(true)),
            encoding: encoding(params),
            action_literals: actions.is_some_and(|actions| actions.code_action_literal_support.is_some()),
            model_tag: tags.is_some_and(|tags| tags.value_set.contains(&CodeActionTag::LLMGenerated)),
            progress: window.and_then(|window| window.work_done_progress) == Some(true),
            create_files: operations.is_some_and(|operations| operations.contains(&ResourceOperationKind::Create)),
            confirms_edits: !is_neovim && edits.is_some_and(|edits| edits.change_annotation_support.is_some()),
            show_documents: window.and_then(|window| window.show_document.as_ref()).is_some_and(|own| own.support),
            least_version: is_neovim.then_some(1),
            empty_is_a_line: is_neovim,
            folders: folders(params),
        }
    }
}

/// utf-8 where the client offers it, as that is how Graft counts; else the protocol's default, even where the client says
/// only what else it knows; utf-32 where there is nothing else.
fn encoding(params: &InitializeParams) -> Encoding {
    let general = params.capabilities.general.as_ref();
    let Some(offered) = general.and_then(|general| general.position_encodings.as_ref()) else {
        return Encoding::Utf16;
    };
    [
        (PositionEncodingKind::UTF8, Encoding::Utf8),
        (PositionEncodingKind::UTF16, Encoding::Utf16),
        (PositionEncodingKind::UTF32, Encoding::Utf32),
    ]
    .into_iter()
    .find_map(|(kind, encoding)| offered.contains(&kind).then_some(encoding))
    .unwrap_or_default()
}

#[allow(deprecated, reason = "older clients send nothing else")]
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let sent = serde_json::to_value(&params.workspace_folders_initialize_params.workspace_folders).unwrap_or_default();
    let uris = sent.as_array().into_iter().flatten().filter_map(|folder| folder.get("uri")?.as_str());
    let folders: Vec<PathBuf> = uris.filter_map(|uri| path_of(&uri.into())).collect();
    if folders.is_empty() {
        return params.root_uri.iter().filter_map(path_of).collect();
    }
    folders
}

/// What Graft offers; entries in the completion menu only where the settings want them, as editors ask everybody who has some.
pub(super) fn result(abilities: &Abilities, has_menu: bool) -> InitializeResult {
    let kinds = ActionId::ALL.map(kind).into_iter().chain([CANCEL_KIND]);
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(match abilities.encoding {
                Encoding::Utf8 => PositionEncodingKind::UTF8,
                Encoding::Utf16 => PositionEncodingKind::UTF16,
                Encoding::Utf32 => PositionEncodingKind::UTF32,
            }),
            text_document_sync: Some(TextDocumentSync::Options(TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::Incremental),
                save: Some(Save::Bool(true)),
                ..TextDocumentSyncOptions::default()
            })),
            // No resolveProvider: Helix stops its whole user interface while it waits for one.
            code_action_provider: Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
                code_action_kinds: Some(kinds.map(code_action_kind).collect()),
                ..CodeActionOptions::default()
            })),
            inline_completion_provider: Some(InlineCompletionProvider::Bool(true)),
            completion_provider: has_menu.then(CompletionOptions::default),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: COMMANDS.map(str::to_owned).to_vec(),
                ..ExecuteCommandOptions::default()
            }),
            workspace: Some(WorkspaceOptions {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(ChangeNotifications::Bool(true)),
                }),
                ..WorkspaceOptions::default()
            }),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: "graft-ls".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn abilities(capabilities: serde_json::Value) -> Abilities {
        Abilities::of(
            &serde_json::from_value(json!({"processId": null, "rootUri": null, "capabilities": capabilities})).unwrap(),
        )
    }

    #[test]
    fn prefers_utf_8_then_utf_16_then_utf_32() {
        for (offered, chosen) in [
            (json!(["utf-32", "utf-16", "utf-8"]), Encoding::Utf8),
            (json!(["utf-32", "utf-16"]), Encoding::Utf16),
            (json!(["utf-32"]), Encoding::Utf32),
            (json!(["utf-7"]), Encoding::Utf16),
            (json!([]), Encoding::Utf16),
            (json!(null), Encoding::Utf16),
        ] {
            assert_eq!(abilities(json!({"general": {"positionEncodings": offered}})).encoding, chosen, "{offered}");
        }
    }

    #[test]
    fn takes_what_is_not_announced_as_absent() {
        assert_eq!(abilities(json!({})), Abilities::default());
    }

    #[test]
    fn finds_the_workspace_in_old_and_new_fields() {
        let folders = |fields: serde_json::Value| {
            let mut params = json!({"processId": null, "rootUri": null, "capabilities": {}});
            params.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            Abilities::of(&serde_json::from_value(params).unwrap()).folders
        };
        assert_eq!(folders(json!({"rootUri": "file:///a"})), [PathBuf::from("/a")]);
        assert_eq!(
            folders(json!({"rootUri": "file:///a", "workspaceFolders": [{"uri": "file:///b", "name": "b"}]})),
            [PathBuf::from("/b")]
        );
        assert!(folders(json!({"workspaceFolders": null})).is_empty());
    }
}
