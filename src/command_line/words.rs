//! The Japanese of a program's commands and arguments.

use clap::Command;

/// The one command that clap adds.
const HELP: (&str, &str) = ("help", "この説明、または指定したコマンドの説明を表示");

/// The Japanese of a program's commands and arguments.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The name of the program.
    pub program: &'static str,
    /// What each command does, by its path; the program itself first, with an empty path.
    pub commands: &'static [(&'static str, &'static str)],
    /// What each argument is for, by the path of a command and the argument's id. A row holds for all commands below its path, unless
    /// one of them has a row of its own.
    pub arguments: &'static [(&'static str, &'static str, &'static str)],
    /// The headings of groups of options, English first.
    pub headings: &'static [(&'static str, &'static str)],
}

impl Words {
    /// Returns the words that lead to a command, without the program's name; `above` is the path of the command that it belongs to.
    pub(super) fn path(&self, command: &Command, above: &str) -> String {
        match (above, command.get_name()) {
            (_, name) if name == self.program => String::new(),
            ("", name) => name.to_owned(),
            (above, name) => format!("{above} {name}"),
        }
    }

    /// Returns what a command does.
    pub(super) fn of_command(&self, path: &str) -> Option<&'static str> {
        let mut all = self.commands.iter().chain([&HELP]);
        all.find(|(known, _)| *known == path || (*known == HELP.0 && is_help(path))).map(|(_, text)| *text)
    }

    /// Returns what the argument of a command is for, out of the row with the longest fitting path.
    pub(super) fn of_argument(&self, path: &str, id: &str) -> Option<&'static str> {
        self.row(path, id).map(|(_, _, text)| *text)
    }

    fn row(&self, path: &str, id: &str) -> Option<&(&'static str, &'static str, &'static str)> {
        let covers = |above: &str| {
            above.is_empty() || path == above || path.strip_prefix(above).is_some_and(|rest| rest.starts_with(' '))
        };
        let fitting = self.arguments.iter().filter(|(above, known, _)| *known == id && covers(above));
        fitting.max_by_key(|(above, _, _)| above.len())
    }

    /// Returns the heading of a group of options.
    pub(super) fn of_heading(&self, english: &str) -> Option<&'static str> {
        self.headings.iter().find(|(known, _)| *known == english).map(|(_, japanese)| *japanese)
    }

    /// Compares the words with a program's commands; returns what lacks its words, and which words are of nothing. For tests.
    #[must_use]
    pub fn faults(&self, mut command: Command) -> Vec<String> {
        command.build();
        let mut seen = Seen::default();
        self.visit(&command, "", &mut seen);
        let arguments = self.arguments.iter().filter(|(above, id, _)| !seen.arguments.contains(&(*above, *id)));
        seen.faults.extend(arguments.map(|(above, id, _)| format!("no argument `{id}` of `{above}`")));
        let commands = self.commands.iter().filter(|(path, _)| !seen.commands.iter().any(|seen| seen == path));
        seen.faults.extend(commands.map(|(path, _)| format!("no command `{path}`")));
        seen.faults
    }

    fn visit(&self, command: &Command, above: &str, seen: &mut Seen) {
        let path = self.path(command, above);
        if self.of_command(&path).is_none() {
            seen.faults.push(format!("no Japanese for the command `{path}`"));
        }
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            match self.row(&path, id) {
                Some((above, id, _)) => seen.arguments.push((above, id)),
                None => seen.faults.push(format!("no Japanese for `{id}` of `{path}`")),
            }
            if let Some(heading) = argument.get_help_heading().filter(|heading| self.of_heading(heading).is_none()) {
                seen.faults.push(format!("no Japanese for the heading {heading}"));
            }
        }
        if !is_help(&path) {
            command.get_subcommands().for_each(|inner| self.visit(inner, &path, seen));
        }
        seen.commands.push(path);
    }
}

/// What a walk through the commands has met.
#[derive(Default)]
struct Seen {
    faults: Vec<String>,
    commands: Vec<String>,
    arguments: Vec<(&'static str, &'static str)>,
}

/// Clap adds `help` beside the commands of each level.
fn is_help(path: &str) -> bool {
    path.rsplit(' ').next() == Some(HELP.0)
}
