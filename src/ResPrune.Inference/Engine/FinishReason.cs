namespace ResPrune.Inference.Engine;

/// <summary>Why generation ended; the OpenAI API's words.</summary>
public enum FinishReason
{
    /// <summary>The model ended its answer.</summary>
    Stop,

    /// <summary><see cref="SamplingParameters.MaxTokens"/> was reached.</summary>
    Length,
}
