namespace ResPrune.Inference.Engine;

/// <summary>Why a request could not be answered; closed, so that it can be a metric label.</summary>
public enum FailureReason
{
    /// <summary>The bytes are of a supported format but cannot be decoded (truncated, corrupt), or are empty.</summary>
    ImageUndecodable,

    /// <summary>The bytes are of no supported image format.</summary>
    ImageUnsupported,

    /// <summary>The header claims more pixels than the limit; nothing was decoded.</summary>
    ImageTooLarge,

    /// <summary>The question is empty or white space.</summary>
    QuestionEmpty,

    /// <summary>Prompt, visual tokens and answer do not fit the model's context.</summary>
    PromptTooLong,

    /// <summary>The request asks for something that this model cannot do.</summary>
    UnsupportedRequest,

    /// <summary>The engine failed while working on it; another attempt may succeed.</summary>
    EngineError,

    /// <summary>There is not the memory for it, even when it is worked on alone; the message says how many tokens would fit.</summary>
    OutOfMemory,
}
