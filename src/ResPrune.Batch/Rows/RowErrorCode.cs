using System.Text.Json.Serialization;
using ResPrune.Batch.Json;

namespace ResPrune.Batch.Rows;

/// <summary>Why a row has no answer. Closed, so that it can be a metric label; in files in snake_case (<see cref="RowErrorCodeNames"/>).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RowErrorCode>))]
public enum RowErrorCode
{
    /// <summary>There is no such image, or it may not be read.</summary>
    ImageNotFound,

    /// <summary>The reference leads out of the input folder.</summary>
    ImageOutsideInput,

    /// <summary>The image is empty, truncated or corrupt.</summary>
    ImageUndecodable,

    /// <summary>The bytes are of no supported image format.</summary>
    ImageUnsupported,

    /// <summary>Too many bytes, or the header claims too many pixels.</summary>
    ImageTooLarge,

    /// <summary>A URL other than a data URL.</summary>
    UrlNotAllowed,

    /// <summary>The question is empty or white space.</summary>
    QuestionEmpty,

    /// <summary>Prompt, visual tokens and answer do not fit the model's context.</summary>
    PromptTooLong,

    /// <summary>The line is no JSON object, or longer than a line may be.</summary>
    InvalidJsonLine,

    /// <summary>A field that every line needs is missing or empty.</summary>
    MissingField,

    /// <summary>An earlier line has the same id.</summary>
    DuplicateId,

    /// <summary>The request asks for something that is not supported, or a value is out of range.</summary>
    UnsupportedRequest,

    /// <summary>The row took longer than a row may.</summary>
    Timeout,

    /// <summary>The engine failed while working on it.</summary>
    EngineError,

    /// <summary>The batch was cancelled before the row's turn.</summary>
    BatchCancelled,

    /// <summary>The batch's window ran out before the row's turn.</summary>
    BatchExpired,

    /// <summary>No worker's memory is enough for it, even alone; the message says how many tokens would fit.</summary>
    OutOfMemory,
}
