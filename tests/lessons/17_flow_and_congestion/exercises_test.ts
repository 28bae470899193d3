import { exercises } from "../../../lessons/17_flow_and_congestion/exercises.ts";
import { testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("flow_and_congestion", exercises, wrongAnswers);
