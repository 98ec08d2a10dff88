namespace ResPrune.TinyModel.Training;

/// <summary>What one batch gave.</summary>
/// <param name="AnswerLoss">Mean loss of the answers; 0 in the first stage.</param>
/// <param name="MentionLoss">Loss of what the nouns named in questions should find; 0 in the first stage.</param>
/// <param name="PatchLoss">Loss of the patch labels.</param>
/// <param name="PatchAccuracy">Share of object patches whose noun is right.</param>
/// <param name="Guesses">The most likely token at each target.</param>
internal readonly record struct StepResult(float AnswerLoss, float MentionLoss, float PatchLoss, float PatchAccuracy, long[] Guesses);
