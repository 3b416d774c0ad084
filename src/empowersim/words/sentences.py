"""Sentences and parts of them, in English and in French.

Nouns that a sentence is about are singular, and feminine in French, so that one template suits all
measures. Spaces are plain; `words.say` makes those unbreakable that typography wants so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

type Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language.__value__)

TEXTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "and": "and",
        "separator": "; ",
        "to": "to",
        "week": "week",
        "1/week": "a week",
        "axis of a regime": "Share of relations: {regime}",
        "equals": "{name} = {value}",
        "in case": "in {case}",
        "on chart": "on the org chart {chart}",
        "at": "at {values}",
        "in group": "{group}: {text}",
        "not computed": "This could not be computed: {reason}.",
        "too many points": "it would take more memory than most machines have, for {points} points;"
        " at most {most} are analysed",
        "more": "{number} more are in the table.",
        "unfinished": "{done} of {runs} runs are there: the sweep has not ended, and all that is"
        " said here may change.",
        "unfinished until": "The sweep has not ended: {done} runs are there, and all that is said"
        " here may change.",
        "no value": "No run has a value of {subject}.",
        "overview": "Overview",
        "runs": "{runs} runs at {points} points, up to week {weeks}.",
        "runs at one point": "{runs} runs at one point, up to week {weeks}.",
        "over points": "{subject} is {mean} on average over {points} points, from {lowest} at the"
        " lowest point to {highest} at the highest.",
        "at one point": "{subject} is {best}.",
        "best high": "{subject} is highest, at {best}, {where}.",
        "best low": "{subject} is lowest, at {best}, {where}.",
        "alone": "Its interval overlaps that of no other point.",
        "not alone": "The intervals of {number} other points overlap its own: there it is about"
        " the same.",
        "one not alone": "The interval of another point overlaps its own: there it is about the"
        " same.",
        "chosen": "The best of many points is partly luck: run anew, it would be a little less far"
        " out.",
        "regimes there": "There, of all relations, {shares}.",
        "regimes mean": "Of all relations, {shares} (mean of all points).",
        "regime share": "{share} are {regime}",
        "regimes alone": "Of all relations, {shares}.",
        "best there": "At the best point ({where}: {best}), of all relations, {shares}.",
        "best there tied one": "At the best point ({where}: {best}; another does about the same),"
        " of all relations, {shares}.",
        "best there tied": "At the best point ({where}: {best}; {number} other points do about the"
        " same), of all relations, {shares}.",
        "mean": "mean",
        "best point": "best point",
        "at the base": "at the base",
        "curves": "How {subject} answers to {factor}",
        "curves by": "{title}, by {factors}",
        "curves averaged": "Averaged over the values of the other factors, which are too many for"
        " a curve each.",
        "curve inside": "{subject} is highest at {factor} = {at}, with {best}; lower at both ends:"
        " {first} at {low} and {last} at {high}.",
        "curve rising": "{subject} rises from {first} at {factor} = {low} to {last} at {high}.",
        "curve falling": "{subject} falls from {first} at {factor} = {low} to {last} at {high}.",
        "curve flat": "{subject} is about the same whatever the value of {factor}: {first} at"
        " {low} and {last} at {high}, {best} at most.",
        "curve dip": "{subject} is lower between the ends: {lowest} at {factor} = {at}, against"
        " {first} at {low} and {last} at {high}.",
        "curve plateau": "{subject} is {first} at {factor} = {low} and {last} at {high}; its"
        " highest mean, {best} at {at}, is not clearly above the better end.",
        "curve inside low": "{subject} is lowest at {factor} = {at}, with {best}; higher at both"
        " ends: {first} at {low} and {last} at {high}.",
        "curve flat low": "{subject} is about the same whatever the value of {factor}: {first} at"
        " {low} and {last} at {high}, {best} at least.",
        "curve dip low": "{subject} is higher between the ends: {lowest} at {factor} = {at},"
        " against {first} at {low} and {last} at {high}.",
        "curve plateau low": "{subject} is {first} at {factor} = {low} and {last} at {high}; its"
        " lowest mean, {best} at {at}, is not clearly below the better end.",
        "tipping": "It crosses {level} at {factor} = {at}, {direction}.",
        "tipping maybe": "It crosses {level} at {factor} = {at}, {direction}; but in {share} of"
        " the resamples only.",
        "rising": "rising",
        "falling": "falling",
        "no tipping": "It never crosses {level}.",
        "maps": "Which regime prevails, by {x} and {y}",
        "map cells": "Of {cells} cells, the largest share of relations is {shares}.",
        "map share": "{regime} in {number}",
        "map unsure": "In {number} of them, the largest share is not sure: resampled, it is"
        " another in more than 5 % of cases.",
        "map title": "Prevailing regime",
        "share title": "Shares of the regimes",
        "comparisons": "The cases compared",
        "comparison title": "{outcome}: difference from {reference}",
        "difference": "Difference in points: {outcome}",
        "higher": "In {case}, {subject} is higher than in {reference}: {difference}; it does"
        " better in {share} of the replicates.",
        "lower": "In {case}, {subject} is lower than in {reference}: {difference}; it does better"
        " in {share} of the replicates.",
        "same": "In {case} and in {reference}, {subject} is about the same: {difference}.",
        "robust": "The case that is safest wherever the other factors lie",
        "robust choice": "Wherever the other factors lie, {case} loses least: at worst {regret}"
        " against the best case there; in it, {subject} is at least {level} at {satisficing} of"
        " the points.",
        "robust choice below": "Wherever the other factors lie, {case} loses least: at worst"
        " {regret} against the best case there; in it, {subject} is at most {level} at"
        " {satisficing} of the points.",
        "robust unsure": "This choice is not sure: another case has the least regret in {share} of"
        " the resamples.",
        "one at a time": "What changes when one factor moves: {subject}",
        "base": "At the base, {subject} is {base}.",
        "moved up": "With {change}, {subject} rises by {difference}.",
        "moved down": "With {change}, {subject} falls by {difference}.",
        "unmoved": "With {changes}, {subject} is about the same as at the base.",
        "one at a time title": "Difference from the base",
        "sobol": "Which factor decides about {subject}",
        "sobol most": "The factor that decides most about {subject} is {factor}: {total} of the"
        " variance between points involves it, {first} is its own.",
        "sobol most tied": "{factors} decide most about {subject}, and cannot be told apart; the"
        " first has the largest share: {total} of the variance between points involves it, {first}"
        " is its own.",
        "sobol little": "At most 5 % of the variance involves {factors}, as far as the intervals"
        " tell.",
        "sobol title": "Shares of the variance",
        "morris": "Which factors move {subject}",
        "morris most": "{factor} moves {subject} most: moved over its range, by {mu_star} on"
        " average, {direction}.",
        "morris most tied": "{factors} move {subject} most, and cannot be told apart; the first,"
        " moved over its range, by {mu_star} on average, {direction}.",
        "up": "upwards",
        "down": "downwards",
        "both ways": "upwards or downwards, as the other factors are",
        "morris order": "Then come {factors}.",
        "morris order one": "Then comes {factors}.",
        "morris none": "No factor moves {subject} clearly: all intervals begin at 0.",
        "morris title": "Mean size and spread of the effects",
        "discovery": "Where {subject} is {side} {level}",
        "above": "at least",
        "below": "below",
        "box": "{subject} is {side} {level} where {limits}: this holds at {density} of the points"
        " there, and {coverage} of all such points are there.",
        "limit": "{factor} is from {low} to {high}",
        "limit from": "{factor} is at least {low}",
        "limit to": "{factor} is at most {high}",
        "box free": "No limit on any factor tells these points from the others.",
        "box maybe": "The limits on {factors} are not sure: more than 5 % of the boxes found in"
        " resamples lack them.",
        "no extra": "Scenario discovery needs a package that is not installed: pip install"
        ' "empowersim[discovery]", then make the report again.',
        "all on one side": "At no point is {subject} {side} {level}: there is nothing to tell"
        " apart.",
        "everywhere on one side": "At every point, {subject} is {side} {level}: there is nothing"
        " to tell apart.",
        "discovery title": "Points of interest, and the box that holds them",
        "hysteresis": "There and back: {subject} as {factor} rises and falls again",
        "loop above": "On the way back, {subject} stays higher than on the way up, by {area} on"
        " average over {factor}.",
        "loop below": "On the way back, {subject} stays lower than on the way up, by {area} on"
        " average over {factor}.",
        "loop none": "On the way back, {subject} is about the same as on the way up: {area} on"
        " average over {factor}.",
        "loop crossings": "It crosses {level} at {up} on the way up, and at {down} on the way"
        " back.",
        "loop never back": "It crosses {level} at {up} on the way up, and never on the way back.",
        "loop never": "It does not cross {level} on the way up.",
        "after weeks": "After {weeks} weeks, {text}",
        "prediction was": "The prediction, written before the run, was: {prediction}",
        "untitled": "An experiment",
        "answer": "Answer",
        "prediction": "The prediction, written before the run",
        "table": "Table {file} (rows: {rows})",
        "rows left out": "These are the first rows; empowersim analyse writes all of them to"
        " analysis/{file}.csv.",
        "methods": "How it was done",
        "failures": "Runs that failed",
        "make again": "How to make it again",
        "make again how": "From the folder that holds this results folder, with the same version"
        " of EmpowerSim; the same results have the same digest.",
        "provenance": "What made these results",
        "experiment file": "The experiment as it was run",
        "digest": "digest of the results",
        "yes": "yes",
        "no": "no",
        "failed": "{number} runs failed and are left out of everything above.",
        "failure": "Point {point}, replicate {replicate}: {error}",
        "more failures": "{number} more.",
        "methods model": "The model: every week, in every reporting relation, a matter arises. The"
        " manager leaves it to the collaborator with a probability, the relation's autonomy; the"
        " collaborator takes the initiative with another, the relation's responsibility. With"
        " neither the relation is directed, with autonomy alone adrift, with responsibility alone"
        " overburdened, with both a partnership. What comes of matters moves trust, readiness,"
        " willingness, strain and appreciation, and these move the two probabilities. The model's"
        " numbers were tuned by hand on known patterns: these are results of a model, not"
        " measurements of organisations.",
        "methods scenario": "Everything departs from the scenario {name}.",
        "methods scenario set": "Everything departs from the scenario {name}, with {settings}.",
        "methods cases": "The cases {cases} are crossed with the design.",
        "methods no design": "Nothing varies besides.",
        "methods grid": "The design is a grid: every combination of the factors' values.",
        "methods one-at-a-time": "The design moves one factor at a time away from a base, while"
        " the others stay.",
        "methods lhs": "The design is a Latin hypercube of {n} points (seed {seed}).",
        "methods sobol": "The design is Saltelli's for Sobol indices, with n = {n} (seed {seed}).",
        "methods morris": "The design is Morris's, with {n} trajectories on {levels} levels (seed"
        " {seed}).",
        "methods csv": "The design is a list of points from a file.",
        "methods factors": "Factors: {factors}.",
        "methods values": "{factor} ({count} values from {low} to {high})",
        "methods range": "{factor} (from {low} to {high})",
        "methods points": "With all cases and org charts these are {points} points.",
        "methods runs": "Every point was run {replicates} times for {weeks} weeks, from the seed"
        " {seed}: {runs} runs. The outcomes are those of the last week.",
        "methods shared luck": "The points share the luck of their replicates (common random"
        " numbers), so that differences between points are known better than the points"
        " themselves.",
        "methods own luck": "Every point has luck of its own (no common random numbers).",
        "methods until": "Replicates were added until the mean of {subject} was known to ±"
        " {half_width} points.",
        "methods incomplete": "{points} points have no results yet.",
        "methods own model": "The model is one of the experiment's own: {name}.",
        "methods own rules": "Some rules are the experiment's own: {name}.",
        "methods chart": "{name} ({people} people)",
        "methods charts": "Org charts: {charts}.",
        "methods intervals": "Brackets are 95 % confidence intervals, by a bootstrap over"
        " replicates (for the mean of a single point, by Student's t). They tell how well the runs"
        " are known, not how well the model fits an organisation. “About the same” means that"
        " intervals overlap, or that the interval of a difference holds 0.",
    },
    "fr": {
        "and": "et",
        "separator": " ; ",
        "to": "à",
        "week": "semaine",
        "1/week": "par semaine",
        "axis of a regime": "Part des relations : {regime}",
        "equals": "{name} = {value}",
        "in case": "dans {case}",
        "on chart": "sur l'organigramme {chart}",
        "at": "à {values}",
        "in group": "{group} : {text}",
        "not computed": "Ceci n'a pas pu être calculé : {reason}.",
        "too many points": "il faudrait plus de mémoire que n'en ont la plupart des machines, pour"
        " {points} points ; au plus {most} sont analysés",
        "more": "{number} de plus sont dans le tableau.",
        "unfinished": "{done} simulations sur {runs} sont là : le balayage n'est pas terminé, et"
        " tout ce qui est dit ici peut changer.",
        "unfinished until": "Le balayage n'est pas terminé : {done} simulations sont là, et tout"
        " ce qui est dit ici peut changer.",
        "no value": "Aucune simulation n'a de valeur pour {subject}.",
        "overview": "Vue d'ensemble",
        "runs": "{runs} simulations en {points} points, jusqu'à la semaine {weeks}.",
        "runs at one point": "{runs} simulations en un point, jusqu'à la semaine {weeks}.",
        "over points": "{subject} est de {mean} en moyenne sur {points} points, de {lowest} au"
        " point le plus bas à {highest} au plus haut.",
        "at one point": "{subject} est de {best}.",
        "best high": "{subject} est la plus haute, à {best}, {where}.",
        "best low": "{subject} est la plus basse, à {best}, {where}.",
        "alone": "Son intervalle ne recouvre celui d'aucun autre point.",
        "not alone": "Les intervalles de {number} autres points recouvrent le sien : le résultat y"
        " est à peu près le même.",
        "one not alone": "L'intervalle d'un autre point recouvre le sien : le résultat y est à peu"
        " près le même.",
        "chosen": "Le meilleur de nombreux points l'est en partie par chance : simulé à nouveau,"
        " il serait un peu moins extrême.",
        "regimes there": "Là, parmi toutes les relations, {shares}.",
        "regimes mean": "Parmi toutes les relations, {shares} (moyenne de tous les points).",
        "regime share": "{share} sont {regime}",
        "regimes alone": "Parmi toutes les relations, {shares}.",
        "best there": "Au meilleur point ({where} : {best}), parmi toutes les relations, {shares}.",
        "best there tied one": "Au meilleur point ({where} : {best} ; à peu près la même en un"
        " autre), parmi toutes les relations, {shares}.",
        "best there tied": "Au meilleur point ({where} : {best} ; à peu près la même en {number}"
        " autres points), parmi toutes les relations, {shares}.",
        "mean": "moyenne",
        "best point": "meilleur point",
        "at the base": "à la base",
        "curves": "Comment {subject} répond à {factor}",
        "curves by": "{title}, selon {factors}",
        "curves averaged": "Moyenne sur les valeurs des autres facteurs, trop nombreuses pour une"
        " courbe chacune.",
        "curve inside": "{subject} est la plus haute à {factor} = {at}, avec {best} ; plus basse"
        " aux deux extrémités : {first} à {low} et {last} à {high}.",
        "curve rising": "{subject} monte de {first} à {factor} = {low} jusqu'à {last} à {high}.",
        "curve falling": "{subject} descend de {first} à {factor} = {low} jusqu'à {last} à {high}.",
        "curve flat": "{subject} est à peu près la même quelle que soit la valeur de {factor} :"
        " {first} à {low} et {last} à {high}, {best} au plus.",
        "curve dip": "{subject} est plus basse entre les extrémités : {lowest} à {factor} = {at},"
        " contre {first} à {low} et {last} à {high}.",
        "curve plateau": "{subject} est de {first} à {factor} = {low} et de {last} à {high} ; sa"
        " moyenne la plus haute, {best} à {at}, ne dépasse pas nettement la meilleure extrémité.",
        "curve inside low": "{subject} est la plus basse à {factor} = {at}, avec {best} ; plus"
        " haute aux deux extrémités : {first} à {low} et {last} à {high}.",
        "curve flat low": "{subject} est à peu près la même quelle que soit la valeur de {factor}"
        " : {first} à {low} et {last} à {high}, {best} au moins.",
        "curve dip low": "{subject} est plus haute entre les extrémités : {lowest} à {factor} ="
        " {at}, contre {first} à {low} et {last} à {high}.",
        "curve plateau low": "{subject} est de {first} à {factor} = {low} et de {last} à {high} ;"
        " sa moyenne la plus basse, {best} à {at}, n'est pas nettement sous la meilleure"
        " extrémité.",
        "tipping": "Elle franchit {level} à {factor} = {at}, {direction}.",
        "tipping maybe": "Elle franchit {level} à {factor} = {at}, {direction} ; mais dans {share}"
        " des rééchantillons seulement.",
        "rising": "en montant",
        "falling": "en descendant",
        "no tipping": "Elle ne franchit jamais {level}.",
        "maps": "Quel régime l'emporte, selon {x} et {y}",
        "map cells": "Sur {cells} cases, les relations les plus nombreuses sont {shares}.",
        "map share": "{regime} dans {number}",
        "map unsure": "Dans {number} d'entre elles, la plus grande part n'est pas sûre :"
        " rééchantillonnée, c'est une autre dans plus de 5 % des cas.",
        "map title": "Régime qui l'emporte",
        "share title": "Parts des régimes",
        "comparisons": "Les cas comparés",
        "comparison title": "{outcome} : écart avec {reference}",
        "difference": "Écart en points : {outcome}",
        "higher": "Dans {case}, {subject} est plus haute que dans {reference} : {difference} ; ce"
        " cas fait mieux dans {share} des répliques.",
        "lower": "Dans {case}, {subject} est plus basse que dans {reference} : {difference} ; ce"
        " cas fait mieux dans {share} des répliques.",
        "same": "Dans {case} et dans {reference}, {subject} est à peu près la même : {difference}.",
        "robust": "Le cas le plus sûr, où que soient les autres facteurs",
        "robust choice": "Où que soient les autres facteurs, {case} perd le moins : au pire"
        " {regret} face au meilleur cas à cet endroit ; {subject} y est d'au moins {level} en"
        " {satisficing} des points.",
        "robust choice below": "Où que soient les autres facteurs, {case} perd le moins : au pire"
        " {regret} face au meilleur cas à cet endroit ; {subject} y est d'au plus {level} en"
        " {satisficing} des points.",
        "robust unsure": "Ce choix n'est pas sûr : un autre cas a le moindre regret dans {share}"
        " des rééchantillons.",
        "one at a time": "Ce qui change quand un facteur bouge : {subject}",
        "base": "À la base, {subject} est de {base}.",
        "moved up": "Avec {change}, {subject} monte de {difference}.",
        "moved down": "Avec {change}, {subject} descend de {difference}.",
        "unmoved": "Avec {changes}, {subject} est à peu près la même qu'à la base.",
        "one at a time title": "Écart avec la base",
        "sobol": "Quel facteur décide de {subject}",
        "sobol most": "Le facteur qui décide le plus de {subject} est {factor} : {total} de la"
        " variance entre points passe par lui, {first} est de son seul fait.",
        "sobol most tied": "{factors} décident le plus de {subject}, sans qu'on puisse les"
        " départager ; le premier a la plus grande part : {total} de la variance entre points"
        " passe par lui, {first} est de son seul fait.",
        "sobol little": "Au plus 5 % de la variance passe par {factors}, d'après les intervalles.",
        "sobol title": "Parts de la variance",
        "morris": "Quels facteurs font bouger {subject}",
        "morris most": "{factor} fait le plus bouger {subject} : sur toute sa plage, de {mu_star}"
        " en moyenne, {direction}.",
        "morris most tied": "{factors} font le plus bouger {subject}, sans qu'on puisse les"
        " départager ; le premier, sur toute sa plage, de {mu_star} en moyenne, {direction}.",
        "up": "vers le haut",
        "down": "vers le bas",
        "both ways": "vers le haut ou vers le bas, selon les autres facteurs",
        "morris order": "Viennent ensuite {factors}.",
        "morris order one": "Vient ensuite {factors}.",
        "morris none": "Aucun facteur ne fait nettement bouger {subject} : tous les intervalles"
        " commencent à 0.",
        "morris title": "Taille moyenne et dispersion des effets",
        "discovery": "Où {subject} est {side} {level}",
        "above": "d'au moins",
        "below": "sous",
        "box": "{subject} est {side} {level} où {limits} : c'est vrai de {density} des points de"
        " cette zone, et {coverage} de tous ces points s'y trouvent.",
        "limit": "{factor} va de {low} à {high}",
        "limit from": "{factor} est d'au moins {low}",
        "limit to": "{factor} est d'au plus {high}",
        "box free": "Aucune limite sur un facteur ne distingue ces points des autres.",
        "box maybe": "Les limites sur {factors} ne sont pas sûres : elles manquent à plus de 5 %"
        " des zones trouvées dans des rééchantillons.",
        "no extra": "La découverte de scénarios demande un paquet qui n'est pas installé : pip"
        ' install "empowersim[discovery]", puis refaire le rapport.',
        "all on one side": "En aucun point {subject} n'est {side} {level} : il n'y a rien à"
        " distinguer.",
        "everywhere on one side": "En tout point, {subject} est {side} {level} : il n'y a rien à"
        " distinguer.",
        "discovery title": "Points d'intérêt, et la zone qui les contient",
        "hysteresis": "Aller et retour : {subject} quand {factor} monte puis redescend",
        "loop above": "Au retour, {subject} reste plus haute qu'à l'aller, de {area} en moyenne"
        " sur {factor}.",
        "loop below": "Au retour, {subject} reste plus basse qu'à l'aller, de {area} en moyenne"
        " sur {factor}.",
        "loop none": "Au retour, {subject} est à peu près la même qu'à l'aller : {area} en moyenne"
        " sur {factor}.",
        "loop crossings": "Elle franchit {level} à {up} à l'aller, et à {down} au retour.",
        "loop never back": "Elle franchit {level} à {up} à l'aller, et jamais au retour.",
        "loop never": "Elle ne franchit pas {level} à l'aller.",
        "after weeks": "Après {weeks} semaines, {text}",
        "prediction was": "La prédiction, écrite avant les simulations, était : {prediction}",
        "untitled": "Une expérience",
        "answer": "Réponse",
        "prediction": "La prédiction, écrite avant les simulations",
        "table": "Tableau {file} (lignes : {rows})",
        "rows left out": "Ce sont les premières lignes ; empowersim analyse les écrit toutes dans"
        " analysis/{file}.csv.",
        "methods": "Comment cela a été fait",
        "failures": "Simulations qui ont échoué",
        "make again": "Comment le refaire",
        "make again how": "Depuis le dossier qui contient ce dossier de résultats, avec la même"
        " version d'EmpowerSim ; les mêmes résultats ont la même empreinte.",
        "provenance": "Ce qui a produit ces résultats",
        "experiment file": "L'expérience telle qu'elle a été menée",
        "digest": "empreinte des résultats",
        "yes": "oui",
        "no": "non",
        "failed": "{number} simulations ont échoué et ne comptent pas dans ce qui précède.",
        "failure": "Point {point}, réplique {replicate} : {error}",
        "more failures": "{number} de plus.",
        "methods model": "Le modèle : chaque semaine, dans chaque relation hiérarchique, un sujet"
        " se présente. Le ou la manager le laisse à la personne avec une certaine probabilité,"
        " l'autonomie de la relation ; la personne prend l'initiative avec une autre, sa"
        " responsabilité. Sans l'une ni l'autre, la relation est dirigée ; avec la seule"
        " autonomie, livrée à elle-même ; avec la seule responsabilité, surchargée ; avec les"
        " deux, c'est un partenariat. Ce qu'il advient des sujets fait bouger la confiance, la"
        " préparation, l'envie, la fatigue et l'appréciation, qui font bouger les deux"
        " probabilités. Les nombres du modèle ont été réglés à la main sur des régularités connues"
        " : ce sont les résultats d'un modèle, non des mesures d'organisations.",
        "methods scenario": "Tout part du scénario {name}.",
        "methods scenario set": "Tout part du scénario {name}, avec {settings}.",
        "methods cases": "Les cas {cases} sont croisés avec le plan.",
        "methods no design": "Rien d'autre ne varie.",
        "methods grid": "Le plan est une grille : toutes les combinaisons des valeurs des"
        " facteurs.",
        "methods one-at-a-time": "Le plan écarte un facteur à la fois d'une base, tandis que les"
        " autres y restent.",
        "methods lhs": "Le plan est un hypercube latin de {n} points (graine {seed}).",
        "methods sobol": "Le plan est celui de Saltelli pour les indices de Sobol, avec n = {n}"
        " (graine {seed}).",
        "methods morris": "Le plan est celui de Morris, avec {n} trajectoires sur {levels} niveaux"
        " (graine {seed}).",
        "methods csv": "Le plan est une liste de points venue d'un fichier.",
        "methods factors": "Facteurs : {factors}.",
        "methods values": "{factor} ({count} valeurs de {low} à {high})",
        "methods range": "{factor} (de {low} à {high})",
        "methods points": "Avec tous les cas et organigrammes, cela fait {points} points.",
        "methods runs": "Chaque point a été simulé {replicates} fois sur {weeks} semaines, à"
        " partir de la graine {seed} : {runs} simulations. Les résultats sont ceux de la dernière"
        " semaine.",
        "methods shared luck": "Les points partagent la chance de leurs répliques (nombres"
        " aléatoires communs) : les écarts entre points sont ainsi mieux connus que les points"
        " eux-mêmes.",
        "methods own luck": "Chaque point a sa propre chance (sans nombres aléatoires communs).",
        "methods until": "Des répliques ont été ajoutées jusqu'à ce que la moyenne de {subject}"
        " soit connue à ± {half_width} points près.",
        "methods incomplete": "{points} points n'ont pas encore de résultats.",
        "methods own model": "Le modèle est propre à l'expérience : {name}.",
        "methods own rules": "Certaines règles sont propres à l'expérience : {name}.",
        "methods chart": "{name} ({people} personnes)",
        "methods charts": "Organigrammes : {charts}.",
        "methods intervals": "Les crochets sont des intervalles de confiance à 95 %, par bootstrap"
        " sur les répliques (pour la moyenne d'un seul point, par la loi de Student). Ils disent à"
        " quel point les simulations sont connues, non si le modèle convient à une organisation. «"
        " À peu près la même » veut dire que les intervalles se recouvrent, ou que celui d'un"
        " écart contient 0.",
    },
}
"""By language; the same keys and blanks in both."""

FIGURE_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "percent": "{number} %",
        "mu star axis": "Mean size of the effect (μ*), in points",
        "sigma axis": "How much it depends on the others (σ), in points",
        "regret axis": "Regret, in points",
    },
    "fr": {
        "decimal mark": ",",
        "percent": "{number} %",
        "curve caption": "Ligne : moyenne des simulations. Bande : 90 % des simulations."
        " Grande marque : la moyenne la plus haute.",
        "curve caption low": "Ligne : moyenne des simulations. Bande : 90 % des simulations."
        " Grande marque : la moyenne la plus basse.",
        "curve best": "{mean} à {x}",
        "tipping caption": "Losange : la moyenne franchit le niveau en pointillé ; barre :"
        " intervalle à 95 %.",
        "regime caption": "Plein : sûr (dans 95 % des rééchantillons). Vide : un autre peut"
        " l'emporter.",
        "share of relations": "Part des relations",
        "first-order index": "Seul (premier ordre)",
        "total index": "Avec ses interactions (total)",
        "index axis": "Part de la variance du résultat",
        "interval caption": "Barres : intervalles à 95 %.",
        "largest caption": "Les {shown} facteurs au plus grand effet, sur {all} ; le tableau les a"
        " tous.",
        "mu star axis": "Taille moyenne de l'effet (μ*), en points",
        "sigma axis": "Dépendance envers les autres (σ), en points",
        "better caption": "Barres : intervalles à 95 %. À droite : part des simulations où c'est"
        " mieux.",
        "way up": "Aller",
        "way down": "Retour",
        "loop area": "Aire entre l'aller et le retour : {value} [{low} ; {high}]",
        "in the box": "Dans la zone",
        "of interest": "D'intérêt",
        "not of interest": "Sans intérêt",
        "box caption": "Couverture {coverage}, densité {density}",
        "limit interval": "limite, avec son intervalle à 95 %",
        "scale lowest": "au plus bas",
        "scale highest": "au plus haut",
        "max regret": "Plus grand regret",
        "mean regret": "Regret moyen",
        "regret axis": "Regret, en points",
        "satisficing axis": "Scénarios où il suffit",
    },
}
"""In place of `plots.WORDS`; the same blanks."""
