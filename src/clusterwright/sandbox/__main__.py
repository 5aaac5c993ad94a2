"""`python -m clusterwright.sandbox --port N --speed 60 --seed 1`, for those who have no use for the CLI."""

import argparse

from clusterwright.sandbox.command import sandbox


def main() -> None:
    parser = argparse.ArgumentParser(prog="clusterwright.sandbox", description="A local AWS with EKS.")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="AWS seconds per second; 0 freezes the clock"
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same durations")
    chosen = parser.parse_args()
    sandbox(chosen.port, chosen.speed, chosen.seed)


if __name__ == "__main__":
    main()
