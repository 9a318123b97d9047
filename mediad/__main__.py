"""`mediad` on the command line, and the one place where an error becomes an exit code and a line on stderr.

Exit codes: 0 fine, 1 something was found, 2 usage, 3 environment (evidence.errors.OUTCOMES).
"""

from __future__ import annotations

import sys
import traceback

import click

from evidence.errors import MediadError, outcome_of
from mediad.cli.root import mediad

_INTERRUPTED = 130  # 128 + SIGINT, as shells report it


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; the exit code."""
    try:
        code = mediad.main(args=arguments, prog_name="mediad", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("mediad: interrupted.", err=True)
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except MediadError as error:
        click.echo(f"mediad: {' '.join(str(error).split())}", err=True)
        return outcome_of(error)[0]
    except BrokenPipeError:
        # The reader of our output (`| head`) has left; Python would complain again when flushing at exit.
        sys.stdout = None
        return 0
    except Exception as error:  # the outermost supervisor
        traceback.print_exc()
        click.echo(f"mediad: this is a fault in mediad: {error}. Please report it with the lines above.", err=True)
        return outcome_of(MediadError(""))[0]
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
