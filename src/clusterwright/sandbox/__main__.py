"""`python -m clusterwright.sandbox --port N --speed 60 --seed 1`, for those who have no use for the CLI."""

import argparse
from pathlib import Path

from clusterwright.sandbox.command import sandbox
from clusterwright.sandbox.options import KEPT_CALLS, Options


def main() -> None:
    parser = argparse.ArgumentParser(prog="clusterwright.sandbox", description="A local AWS with EKS.")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="AWS seconds per second; 0 freezes the clock"
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same durations")
    parser.add_argument("--quotas", choices=("aws", "roomy"), default="roomy", help="aws: AWS's defaults")
    parser.add_argument("--throttle", action=argparse.BooleanOptionalAction, help="as AWS does; default: yes")
    choice = argparse.BooleanOptionalAction
    parser.add_argument(
        "--iam", action=choice, dest="enforce_iam", default=True, help="policies decide; default: yes"
    )
    parser.add_argument("--kept-calls", type=int, default=KEPT_CALLS, help="calls to remember")
    parser.add_argument("--data-dir", type=Path, help="go on from what is kept here, and keep it at the end")
    sandbox(Options(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
