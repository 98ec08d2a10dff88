using ResPrune.TinyModel.Questions;

namespace ResPrune.TinyModel.Training;

/// <summary>How many questions of a kind were answered exactly.</summary>
internal readonly record struct KindScore(QuestionKind Kind, int Right, int Asked);
