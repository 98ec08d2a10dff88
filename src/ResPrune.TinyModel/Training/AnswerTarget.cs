using ResPrune.TinyModel.Questions;

namespace ResPrune.TinyModel.Training;

/// <summary>One answer token to predict.</summary>
/// <param name="Position">Index of the text token that predicts it, in the batch's text rows.</param>
/// <param name="Token">The token to predict.</param>
/// <param name="Weight">Its share of the loss; all of a batch add up to 1.</param>
/// <param name="Question">Which question of the batch it belongs to.</param>
/// <param name="Kind">The kind of that question.</param>
internal readonly record struct AnswerTarget(int Position, int Token, float Weight, int Question, QuestionKind Kind);
