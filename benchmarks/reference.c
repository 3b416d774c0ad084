/* The same week in C, written by hand: the limit that the ensemble engine is measured against.
 *
 * Lanes of runs, as in ensemble.py, and the same arithmetic in the same order, so that the state
 * after any week is the same to the last bit. Built by the benchmark with
 * gcc -O3 -march=native -ffp-contract=off; no dependency of the package.
 */
#include <math.h>
#include <stdint.h>

#ifndef LANES
#define LANES 16
#endif

typedef double row[LANES];

enum parameter {
#include "parameters.inc" /* the rows of the table, in the order of parameters.py */
};

struct chart {
    int64_t n_people, n_groups, n_cohorts;
    const int32_t *team_start, *team_size, *manager_of, *peers_of, *group, *cohort;
    const double *delay_of_cohort;
};

struct state {
    row *autonomy, *responsibility, *trust, *readiness, *willingness, *disposition, *strain,
        *appreciation, *control_habit, *assurance;
};

struct room {
    row *asked, *begun, *autonomy_before, *team_assurance;
};

#define P(name) p[name][lane]
#define FOR_LANES _Pragma("omp simd") for (int lane = 0; lane < LANES; lane++)

static inline uint64_t nth(uint64_t key, uint64_t n) {
    uint64_t z = key + (n + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static inline double uniform(uint64_t key, uint64_t slot) {
    return (double)(nth(key, slot) >> 11) * 0x1p-53;
}

static inline double clip(double x) { return x < 0.0 ? 0.0 : (x > 1.0 ? 1.0 : x); }

static inline double towards(double value, double target, double rate) {
    return value + rate * (target - value);
}

static inline double choice(double utility, double spread) {
    return 0.5 + 0.5 * utility / sqrt(spread + utility * utility);
}

static inline double by_encounter(double left, double took, double directed, double overburdened,
                                  double adrift, double partnership) {
    double when_left = took > 0.5 ? partnership : adrift;
    double when_kept = took > 0.5 ? overburdened : directed;
    return left > 0.5 ? when_left : when_kept;
}

static inline double mean_of_others(double total, double own, double share) {
    return share > 0.0 ? (total - own) * share : own;
}

static inline double share_of_others(double count) {
    return count > 1.0 ? 1.0 / (count - 1.0) : 0.0;
}

/* One week of every lane, team by team. */
static void live_one_week(double week, const row *restrict p, const uint64_t *restrict keys,
                          const struct chart *c, const struct state *s, const struct room *r,
                          row *restrict output, row *restrict departures) {
    row *restrict all_autonomy = s->autonomy, *restrict all_responsibility = s->responsibility,
        *restrict all_trust = s->trust, *restrict all_readiness = s->readiness,
        *restrict all_willingness = s->willingness, *restrict all_disposition = s->disposition,
        *restrict all_strain = s->strain, *restrict all_appreciation = s->appreciation,
        *restrict all_control_habit = s->control_habit, *restrict all_assurance = s->assurance,
        *restrict asked = r->asked, *restrict begun = r->begun,
        *restrict autonomy_before = r->autonomy_before,
        *restrict team_assurance = r->team_assurance;
    row attention, responsibilities, appreciations, lefts, signs;

    for (int64_t g = 0; g < c->n_groups; g++)
        FOR_LANES output[g][lane] = departures[g][lane] = 0.0;
    for (int64_t k = 0; k < c->n_cohorts; k++) {
        double delay = c->delay_of_cohort[k];
        FOR_LANES {
            asked[k][lane] = P(mandate) * clip((week - P(start) - delay) / P(ramp));
            begun[k][lane] = week >= P(start) + delay ? 1.0 : 0.0;
        }
    }

    for (int64_t m = 0; m < c->n_people; m++) {
        int64_t size = c->team_size[m];
        if (size == 0) continue;
        int64_t first = c->team_start[m], last = first + size;
        double share_of_teammates = share_of_others((double)size);
        double share_of_peers = share_of_others((double)c->peers_of[m]);
        int64_t own_group = c->group[first], managers_cohort = c->cohort[m];
        int64_t boss = c->manager_of[m];

        FOR_LANES attention[lane] = responsibilities[lane] = appreciations[lane] = lefts[lane] =
            signs[lane] = team_assurance[m][lane] = 0.0;
        for (int64_t i = first; i < last; i++) {
            FOR_LANES {
                double a = all_autonomy[i][lane], d = all_responsibility[i][lane];
                attention[lane] +=
                    (1.0 - a) + a * (P(support_load) - P(initiative_relief) * d);
                responsibilities[lane] += d;
                appreciations[lane] += all_appreciation[i][lane];
                autonomy_before[i][lane] = a;
            }
            if (c->team_size[i] > 0)
                FOR_LANES team_assurance[m][lane] += all_assurance[i][lane];
        }
        FOR_LANES attention[lane] =
            attention[lane] <= P(capacity) ? 1.0 : P(capacity) / attention[lane];

        for (int64_t i = first; i < last; i++) {
            int64_t own_cohort = c->cohort[i];
            FOR_LANES {
                double attended = attention[lane], habit = all_control_habit[m][lane];
                double facilitation = 1.0 - habit, support = facilitation * attended;

                double trust = all_trust[i][lane];
                double utility = P(b_manager) + P(w_mandate) * asked[managers_cohort][lane] +
                                 P(w_trust) * (trust - P(neutral_trust)) +
                                 P(w_overload) * (1.0 - attended) +
                                 P(w_cascade) * (autonomy_before[m][lane] - P(neutral_autonomy)) +
                                 -(P(w_habit) * habit) +
                                 -(P(w_insecurity) * (1.0 - all_assurance[m][lane])) +
                                 -(P(w_reward) * P(control_reward) *
                                   (1.0 - P(upward_accountability)));
                double autonomy = all_autonomy[i][lane];
                double target = choice(utility, P(choice_spread));
                autonomy = towards(autonomy, target,
                                   target < autonomy ? P(pace) * P(regain) : P(pace));

                double readiness = all_readiness[i][lane], willingness = all_willingness[i][lane];
                double strain = all_strain[i][lane], responsibility = all_responsibility[i][lane];
                double drive = sqrt(readiness * willingness);
                double carried = P(collaborator_share) * asked[own_cohort][lane];
                double peers =
                    mean_of_others(responsibilities[lane], responsibility, share_of_teammates);
                utility = P(b_collaborator) + P(w_room) * autonomy + P(w_share) * carried +
                          P(w_drive) * drive + P(w_peers) * peers + P(w_support) * support +
                          -(P(w_strain) * strain);
                responsibility =
                    towards(responsibility, choice(utility, P(choice_spread)), P(pace));

                uint64_t key = nth(keys[lane], (uint64_t)i);
                double complexity = uniform(key, 0);
                double left = uniform(key, 1) < autonomy ? 1.0 : 0.0;
                double took = uniform(key, 2) < responsibility ? 1.0 : 0.0;
                double when_directed = P(directed_success) +
                                       P(directed_attention) * attended *
                                           (1.0 - P(directed_dilution) * complexity) +
                                       P(directed_readiness) * readiness -
                                       P(directed_complexity) * complexity;
                double alone = P(alone_success) + P(alone_readiness) * readiness -
                               P(alone_complexity) * complexity;
                double together = P(partnership_success) + P(partnership_readiness) * readiness -
                                  P(partnership_complexity) * complexity +
                                  P(partnership_support) * support -
                                  P(partnership_strain) * strain;
                double chance =
                    clip(by_encounter(left, took, when_directed,
                                      alone + P(overburdened_attention) * attended, alone,
                                      together));
                double succeeded = uniform(key, 3) < chance ? 1.0 : 0.0;
                double appreciation = all_appreciation[i][lane];

                double disposition = all_disposition[i][lane];
                double gain = by_encounter(left, took, 0.0, P(overburdened_trust_gain),
                                           P(adrift_trust_gain), 1.0);
                double loss = by_encounter(left, took, 0.0, P(overburdened_trust_loss), 1.0,
                                           P(partnership_trust_loss));
                double drift = by_encounter(left, took, P(trust_drift), 0.0, 0.0, 0.0);
                double change = succeeded > 0.5 ? P(trust_gain) * gain * (1.0 - trust)
                                                : -(P(trust_loss) * loss * trust);
                trust = trust + change + drift * (P(neutral_trust) - trust);
                double sign =
                    left * took * (P(sign_base) + P(sign_appreciation) * appreciation);

                double learnt = by_encounter(
                    left, took, 0.0, P(overburdened_learning), 0.0,
                    P(learning_alone) + P(learning_facilitated) * facilitation);
                double lost = by_encounter(left, took, P(unlearning), 0.0, 0.0, 0.0);
                double missing = P(readiness_ceiling) - readiness;
                double new_readiness =
                    clip(readiness + P(learning) * learnt * missing -
                         P(learning) * lost * readiness +
                         P(training) * begun[own_cohort][lane] * P(train_rate) * missing);

                double shortfall = complexity - readiness;
                double stress = by_encounter(
                    left, took, P(directed_stress) * drive, P(overburdened_stress), 0.0,
                    (shortfall < 0.0 ? 0.0 : shortfall) * (1.0 - P(stress_relief) * support));
                double effort = P(effort_collaborator) * (carried * carried) *
                                (P(effort_reach) - readiness) *
                                (1.0 - P(effort_relief) * support);
                double new_strain =
                    towards(strain, clip(P(stress_weight) * stress + effort), P(strain_rate));

                double experience = by_encounter(
                    left, took, disposition * (1.0 - P(directed_frustration) * drive),
                    P(experience_overburdened), disposition,
                    succeeded > 0.5 ? P(experience_success) : P(experience_failure));
                willingness = towards(
                    willingness,
                    clip(P(will_experience) * experience + P(will_disposition) * disposition -
                         P(will_strain) * strain +
                         P(will_appreciation) * (appreciation - P(neutral_appreciation))),
                    P(will_rate));

                double misfit = fabs(autonomy - drive);
                appreciation = towards(
                    appreciation,
                    clip(P(appreciation_base) + P(appreciation_support) * support +
                         P(appreciation_fit) * (1.0 - misfit) - P(appreciation_strain) * strain),
                    P(appreciation_rate));

                double leaving = P(turnover) + P(turnover_strain) * (new_strain * new_strain);
                double leaves = uniform(key, 4) < leaving ? 1.0 : 0.0;
                double newcomers_readiness =
                    P(readiness_low) + uniform(key, 5) * (P(readiness_high) - P(readiness_low));
                double newcomers_disposition =
                    P(disposition_low) +
                    uniform(key, 6) * (P(disposition_high) - P(disposition_low));
                int gone = leaves > 0.5;
                all_autonomy[i][lane] = autonomy;
                all_responsibility[i][lane] = responsibility;
                all_trust[i][lane] = gone ? P(neutral_trust) : trust;
                all_readiness[i][lane] = gone ? newcomers_readiness : new_readiness;
                all_willingness[i][lane] = gone ? newcomers_disposition : willingness;
                all_disposition[i][lane] = gone ? newcomers_disposition : disposition;
                all_strain[i][lane] = gone ? 0.0 : new_strain;
                all_appreciation[i][lane] = gone ? P(neutral_appreciation) : appreciation;

                lefts[lane] += left;
                signs[lane] += sign;
                output[own_group][lane] += succeeded;
                departures[own_group][lane] += leaves;
            }
        }

        FOR_LANES {
            double habit = all_control_habit[m][lane], assurance = all_assurance[m][lane];
            double carried = (1.0 - P(collaborator_share)) * asked[managers_cohort][lane];
            double coached = begun[managers_cohort][lane], up = P(upward_accountability);
            double n = (double)size, let_go = lefts[lane] / n, team = appreciations[lane] / n;
            double useful = clip((1.0 - up) * (1.0 - let_go) + signs[lane] / n +
                                 up * (1.0 - let_go) * team +
                                 P(upward_thanks) * up * let_go * team);
            double own = useful + P(coaching_assurance) * P(coaching) * coached * (1.0 - useful) -
                         P(effort_manager) * carried * habit;
            double peers =
                mean_of_others(team_assurance[boss][lane], assurance, share_of_peers);
            double weight = share_of_peers > 0.0 ? P(peer_assurance) : 0.0;
            all_assurance[m][lane] =
                clip(towards(assurance, towards(clip(own), peers, weight), P(assurance_rate)));
            double restored =
                (P(relapse) + P(control_reward) * (1.0 - up)) * (1.0 - let_go);
            double undone =
                P(practice) * let_go + P(coached_practice) * P(coaching) * coached * carried;
            all_control_habit[m][lane] =
                clip(habit + P(habit_rate) * (restored * (1.0 - habit) - undone * habit));
        }
    }
}

enum { AUTONOMY, RESPONSIBILITY, TRUST, READINESS, WILLINGNESS, STRAIN, APPRECIATION, DIRECTED,
       ADRIFT, OVERBURDENED, PARTNERSHIP, OUTPUT, DEPARTURES, CONTROL_HABIT, ASSURANCE, MEASURES };

/* The sums of the measures over every group: sums[measure][group][lane]; flows are there already. */
static void measure(const row *restrict p, const struct chart *c, const struct state *s,
                    row *restrict sums) {
    int64_t n = c->n_groups;
    for (int64_t k = 0; k < MEASURES * n; k++)
        if (k / n != OUTPUT && k / n != DEPARTURES) FOR_LANES sums[k][lane] = 0.0;
    for (int64_t i = 0; i < c->n_people; i++) {
        row *restrict sum = sums + c->group[i];
        if (i > 0)
            FOR_LANES {
                double a = s->autonomy[i][lane], d = s->responsibility[i][lane];
                double room = a >= P(regime_threshold) ? 1.0 : 0.0;
                double takes = d >= P(regime_threshold) ? 1.0 : 0.0;
                sum[AUTONOMY * n][lane] += a;
                sum[RESPONSIBILITY * n][lane] += d;
                sum[TRUST * n][lane] += s->trust[i][lane];
                sum[READINESS * n][lane] += s->readiness[i][lane];
                sum[WILLINGNESS * n][lane] += s->willingness[i][lane];
                sum[STRAIN * n][lane] += s->strain[i][lane];
                sum[APPRECIATION * n][lane] += s->appreciation[i][lane];
                sum[DIRECTED * n][lane] += (1.0 - room) * (1.0 - takes);
                sum[ADRIFT * n][lane] += room * (1.0 - takes);
                sum[OVERBURDENED * n][lane] += (1.0 - room) * takes;
                sum[PARTNERSHIP * n][lane] += room * takes;
            }
        if (c->team_size[i] > 0)
            FOR_LANES {
                sum[CONTROL_HABIT * n][lane] += s->control_habit[i][lane];
                sum[ASSURANCE * n][lane] += s->assurance[i][lane];
            }
    }
}

/* Weeks `first` to `last`, recording from `first_recorded` on: record[week][measure][group][lane]. */
void live(int64_t first, int64_t last, int64_t first_recorded, const row *p, const uint64_t *keys,
          const struct chart *c, const struct state *s, const struct room *r, row *sums,
          row *record) {
    uint64_t week_keys[LANES];
    for (int64_t week = first; week <= last; week++) {
        FOR_LANES week_keys[lane] = nth(keys[lane], (uint64_t)week);
        live_one_week((double)week, p, week_keys, c, s, r, sums + OUTPUT * c->n_groups,
                      sums + DEPARTURES * c->n_groups);
        if (week < first_recorded) continue;
        measure(p, c, s, sums);
        row *to = record + (week - first_recorded) * MEASURES * c->n_groups;
        for (int64_t k = 0; k < MEASURES * c->n_groups; k++)
            FOR_LANES to[k][lane] = sums[k][lane];
    }
}
