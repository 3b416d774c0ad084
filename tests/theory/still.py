"""Parameters with parts of the model switched off, so that what is left can be solved by hand."""

from empowersim import Parameters

NO_RATE = dict.fromkeys(
    (
        "pace",
        "trust_gain",
        "trust_loss",
        "trust_drift",
        "learning",
        "train_rate",
        "strain_rate",
        "will_rate",
        "appreciation_rate",
        "assurance_rate",
        "habit_rate",
        "turnover",
        "turnover_strain",
    ),
    0.0,
)
"""Nothing moves."""

NO_WEIGHT = dict.fromkeys(
    (
        "w_mandate",
        "w_trust",
        "w_overload",
        "w_cascade",
        "w_habit",
        "w_insecurity",
        "w_reward",
        "w_room",
        "w_share",
        "w_drive",
        "w_peers",
        "w_support",
        "w_strain",
    ),
    0.0,
)
"""Nothing but the biases moves anyone to let go or to take on."""

ALWAYS = {
    "directed": (0.0, 0.0),
    "overburdened": (0.0, 1.0),
    "adrift": (1.0, 0.0),
    "partnership": (1.0, 1.0),
}


def alike(**values):
    """Initial values that everybody has, without any spread."""
    return {f"initial_{name}": value for name, value in values.items()} | {
        f"initial_{name}_sd": 0.0 for name in values
    }


def always(encounter, **changes):
    """Every encounter is of one kind, and nothing else moves but what is changed."""
    autonomy, responsibility = ALWAYS[encounter]
    fixed = alike(autonomy=autonomy, responsibility=responsibility)
    return Parameters(**NO_RATE | fixed | changes)
