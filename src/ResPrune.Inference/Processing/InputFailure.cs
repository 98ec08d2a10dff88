using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Processing;

/// <summary>What is wrong with something a request holds.</summary>
/// <param name="Reason">The closed reason.</param>
/// <param name="Message">One sentence for a person, with the offending value.</param>
internal sealed record InputFailure(FailureReason Reason, string Message);
