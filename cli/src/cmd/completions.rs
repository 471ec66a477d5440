//! `hookseal completions` and `hookseal man`: what shells and `man` know of the commands, made from their definitions.

use clap::Args;
use clap_complete::Shell;

use crate::failure::Failure;
use crate::outcome::Outcome;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  hookseal completions bash > ~/.local/share/bash-completion/completions/hookseal
  hookseal completions zsh > ~/.zfunc/_hookseal
  hookseal completions fish > ~/.config/fish/completions/hookseal.fish";

#[derive(Args, Debug)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct ManArgs {
    /// The command, such as verify [default: hookseal itself]
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

const MAN_EXAMPLES: &str = "\
Examples:
  hookseal man verify | man -l -
  hookseal man > ~/.local/share/man/man1/hookseal.1";

pub(crate) fn completions(args: &CompletionsArgs, mut cli: clap::Command) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli, "hookseal", &mut script);
    Outcome::success(String::from_utf8_lossy(&script).into_owned(), String::new())
}

pub(crate) fn man(args: &ManArgs, mut cli: clap::Command) -> Result<Outcome, Failure> {
    // Gives the pages of commands their names, such as hookseal-verify.
    cli.build();
    let command = match &args.command {
        None => cli,
        Some(name) => {
            let found = cli.find_subcommand(name).cloned();
            found
                .ok_or_else(|| Failure::argument(format!("there is no command '{name}'; `hookseal help` lists them")))?
        }
    };
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|error| Failure::argument(format!("the page cannot be made: {error}")))?;
    Ok(Outcome::success(String::from_utf8_lossy(&page).into_owned(), String::new()))
}
